//! `Idempotency-Key`: one effect and one answer.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::json;
use tests::learners::free_course;
use tests::people::{new_course, new_email, newcomer};
use tests::{Answer, AppOptions, TestApp, scaled};

fn assert_replays(first: &Answer, again: &Answer) {
    assert_eq!(again.header("idempotent-replayed"), Some("true"), "{again}");
    assert!(first.header("idempotent-replayed").is_none());
    assert_eq!((again.status, &again.bytes), (first.status, &first.bytes), "{first}\n{again}");
    for name in ["x-position", "etag", "content-type"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repetition_changes_nothing_and_gets_the_first_answer() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let draft = app.draft(&admin, "Excel, la suite").await;
    let (token, id) = (&admin.token, &draft.id);
    let lesson = tests::people::new_lesson("l");
    let requests: [(&str, &dyn Fn() -> tests::Request); 5] = [
        ("course", &|| app.post("/courses").bearer(token).json(&new_course("Excel, les bases"))),
        ("module", &|| app.post(&format!("/courses/{id}/modules")).bearer(token).json(&json!({ "title": "m" }))),
        ("lesson", &|| {
            app.post(&format!("/courses/{id}/modules/{}/lessons", draft.module)).bearer(token).json(&lesson)
        }),
        ("publish", &|| app.post(&format!("/courses/{id}/publish")).bearer(token)),
        ("user", &|| {
            app.patch(&format!("/admin/users/{}", learner.id)).bearer(token).json(&json!({ "role": "instructor" }))
        }),
    ];
    for (key, request) in requests {
        let first = request().key(key).send().await;
        assert!(first.status < 300, "{key}: {first}");
        let head = app.head().await;
        for _ in 0..2 {
            assert_replays(&first, &request().key(key).send().await);
        }
        assert_eq!(app.head().await, head, "{key}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_repeated_too_though_it_would_be_none_now() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let weak = app.post("/auth/login").key("1").json(&json!({ "email": 1 })).send().await;
    weak.assert_refused(400, "malformed_body");
    assert_replays(&weak, &app.post("/auth/login").key("1").json(&json!({ "email": 1 })).send().await);

    let made = app.post("/courses").bearer(&admin.token).json(&new_course("Excel, les bases")).send().await;
    let course = format!("/courses/{}", tests::people::id_of(&made, "course"));
    let publish = || app.post(&format!("{course}/publish")).bearer(&admin.token);
    let first = publish().key("2").send().await;
    first.assert_refused(400, "course_incomplete");
    let module = app.post(&format!("{course}/modules")).bearer(&admin.token).json(&json!({ "title": "m" }));
    let module = tests::people::id_of(&module.send().await.expect(201), "module");
    let lesson = app.post(&format!("{course}/modules/{module}/lessons")).bearer(&admin.token);
    let _ = lesson.json(&tests::people::new_lesson("l")).send().await.expect(201);
    assert_replays(&first, &publish().key("2").send().await);
    let _ = publish().key("3").send().await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_pass_is_not_kept() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let learner = app.learner().await;
    // 401: nobody yet.
    let body = json!({ "email": "later@example.org", "password": tests::people::PASSWORD });
    let log_in = || app.post("/auth/login").key("k").json(&body).send();
    log_in().await.assert_refused(401, "invalid_credentials");
    let _ = app.post("/auth/register").json(&newcomer("later@example.org")).send().await.expect(201);
    let _ = log_in().await.expect(200);
    // 403 is kept: a caller with new rights takes a new key.
    let create =
        |key: &str| app.post("/courses").bearer(&learner.token).key(key).json(&new_course("Excel, les bases")).send();
    let first = create("a").await;
    first.assert_refused(403, "forbidden");
    let _ = app.change_user(&admin, &learner, &json!({ "role": "instructor" })).await.expect(200);
    assert_replays(&first, &create("a").await);
    let _ = create("b").await.expect(201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_request_with_the_key_is_refused_and_another_caller_is_free() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, other) = (app.admin().await, app.admin().await);
    let create = |token: &str, title: &str| app.post("/courses").bearer(token).key("k").json(&new_course(title));
    let first = create(&admin.token, "Excel, les bases").send().await.expect(201);
    let head = app.head().await;
    create(&admin.token, "Excel, autre chose").send().await.assert_refused(409, "idempotency_key_reused");
    let path = format!("/courses/{}/publish", tests::people::id_of(&first, "course"));
    app.post(&path).bearer(&admin.token).key("k").send().await.assert_refused(409, "idempotency_key_reused");
    assert_eq!(app.head().await, head);
    assert_replays(&first, &create(&admin.token, "Excel, les bases").send().await);
    let second = create(&other.token, "Excel, les bases").send().await.expect(201);
    assert_ne!(second.data()["course"]["_id"], first.data()["course"]["_id"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_registers_again_gets_tokens_of_the_same_session() {
    let app = TestApp::start(AppOptions::default()).await;
    let body = newcomer(&new_email());
    let register = || app.post("/auth/register").key("k").json(&body).send();
    let first = register().await.expect(201);
    let head = app.head().await;
    let again = register().await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(app.head().await, head);
    let (first, again) = (first.data(), again.data());
    assert_eq!(again["user"], first["user"]);
    assert_eq!(again["refresh_token"], first["refresh_token"]);
    let _ = app.get("/auth/profile").bearer(again["token"].as_str().unwrap()).send().await.expect(200);
    // No token lies in the database, sealed or not: the record holds no answer at all.
    let records = app.log.database().collection::<bson::Document>("idempotency");
    assert_eq!(records.count_documents(bson::doc! { "answer": { "$exists": true } }).await.unwrap(), 0);
    assert!(records.count_documents(bson::doc! {}).await.unwrap() > 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_at_once_have_one_effect() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    for round in 0..4 {
        let key = format!("k{round}");
        let body = newcomer(&new_email());
        let head = app.head().await;
        let registers = (0..8).map(|_| app.post("/auth/register").key(&key).json(&body).send());
        assert_one_effect(&join_all(registers).await, "user");
        assert_eq!(app.events_after(head).await.len(), 3, "claim, user and session");
        let again = app.post("/auth/register").key(&key).json(&body).send().await.expect(201);
        assert_eq!(again.data()["user"]["email"], body["email"]);

        let draft = app.draft(&admin, "Excel, les bases").await;
        let path = format!("/courses/{}/publish", draft.id);
        let head = app.head().await;
        let publishes = (0..8).map(|_| app.post(&path).bearer(&admin.token).key(&key).send());
        assert_one_effect(&join_all(publishes).await, "course");
        assert_eq!(app.events_after(head).await.len(), 1);
        let _ = app.post(&path).bearer(&admin.token).key(&key).send().await.expect(200);
    }
    app.stop().await;
}

/// Each has the answer of the one that had the effect, or is told to come again.
fn assert_one_effect(answers: &[Answer], name: &str) {
    let ids: BTreeSet<String> =
        answers.iter().filter(|answer| answer.status < 300).map(|answer| tests::people::id_of(answer, name)).collect();
    assert_eq!(ids.len(), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status >= 300) {
        answer.assert_refused(409, "conflict");
    }
}

/// Whoever is sent again while the first is at work may find that there is nothing left to do: it was the first that did
/// it, and so the answer is the first one's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twins_of_which_one_finds_nothing_left_to_do_have_one_answer() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let course = app.published(&admin, &free_course("Excel, les bases")).await.id;
    let _ = app.enroll(&learner, &course).await.expect(201);
    let path = format!("/courses/{course}/review");
    for round in 0..scaled(100) {
        let key = format!("twins-{round}");
        let put = || app.put(&path).bearer(&learner.token).key(&key).json(&json!({ "rating": 4 })).send();
        let answers = join_all((0..8).map(|_| put())).await;
        for answer in answers.iter().filter(|answer| answer.status != 409) {
            assert_eq!((answer.status, answer.data()), (201, answers[0].data()), "round {round}: {answer}");
        }
        let _ = app.delete(&path).bearer(&learner.token).send().await.expect(200);
    }
    app.stop().await;
}
