//! What somebody said of themselves is found before they are erased, and nowhere afterwards: not in a collection, not on
//! NATS, not in the logs, not by whoever has every key that there is, and not after everything was projected anew.

use std::collections::{BTreeSet, HashMap};

use events::StoredEvent;
use serde_json::json;
use tests::canaries::{Canaries, watch_logs};
use tests::learners::free_course;
use tests::people::PASSWORD;
use tests::quizzes::new_quiz;
use tests::uploads::{Form, IMAGE};
use tests::{AppOptions, Person, Request, TestApp, eventually};
use tokio_util::sync::CancellationToken;

/// In every word but the address, which can't be chosen as freely.
const MARK: &str = "canari7f3a";
const IP: &str = "203.0.113.177";
const EMAIL: &str = "canari7f3a-mail@example.org";
const FIRST: &str = "Canari7f3a-first";
const LAST: &str = "Canari7f3a-last";
const AVATAR: &str = "https://example.org/canari7f3a-avatar";
const BIO: &str = "Canari7f3a-bio";
const REASON: &str = "Canari7f3a-reason";
const ANSWER: &str = "Canari7f3a-answer";
const AGENT: &str = "Canari7f3a-agent";
const FILE: &str = "Canari7f3a-file.png";
/// What no read collection has.
const ONLY_IN_EVENTS: [&str; 5] =
    [IP, "canari7f3a-agent", "canari7f3a-answer", "canari7f3a-file.png", "canari7f3a-reason"];

/// As their browser sends it.
fn theirs(request: Request) -> Request {
    request.header("User-Agent", AGENT).header("X-Forwarded-For", IP)
}

/// Somebody of whom everything is known that can be.
async fn somebody(app: &TestApp, admin: &Person) -> Person {
    let new = json!({ "email": EMAIL, "password": PASSWORD, "first_name": FIRST, "last_name": LAST });
    let _ = theirs(app.post("/auth/register")).key("register").json(&new).send().await.expect(201);
    let person = theirs(app.post("/auth/login")).json(&json!({ "email": EMAIL, "password": PASSWORD })).send().await;
    let data = person.expect(200).data();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let person = Person {
        id: text(&data["user"]["_id"]),
        email: EMAIL.to_owned(),
        token: text(&data["token"]),
        refresh_token: text(&data["refresh_token"]),
    };
    let application = json!({ "bio": BIO, "expertise_tags": ["Excel"] });
    let apply = theirs(app.post("/auth/instructor-application")).bearer(&person.token).key("apply");
    let _ = apply.json(&application).send().await.expect(200);
    let decide = app.post(&format!("/admin/users/{}/instructor-verification", person.id)).bearer(&admin.token);
    let decide = decide.key("reject").json(&json!({ "decision": "rejected", "reason": REASON }));
    let _ = decide.send().await.expect(200);
    let avatar = theirs(app.patch("/auth/profile")).bearer(&person.token).key("avatar");
    let _ = avatar.json(&json!({ "avatar_url": AVATAR })).send().await.expect(200);
    let upload = Form::file(FILE, IMAGE).of(theirs(app.post("/media")).bearer(&person.token).key("upload"));
    let _ = upload.send().await.expect(201);
    let course = app.published(admin, &free_course("Statistique")).await;
    let _ = theirs(app.post(&format!("/courses/{}/enroll", course.id))).bearer(&person.token).send().await.expect(201);
    let (quiz, questions) = app.quiz_of(admin, &course.id, &new_quiz(None)).await;
    let answers = json!({ "answers": [{ "question_id": questions[3], "answer": ANSWER }] });
    let attempt = theirs(app.post(&format!("/quizzes/{quiz}/attempts"))).bearer(&person.token).key("attempt");
    let _ = attempt.json(&answers).send().await.expect(201);
    let link = theirs(app.post("/auth/request-password-reset")).json(&json!({ "email": EMAIL }));
    let _ = link.send().await.expect(200);
    person
}

/// What can be read in the events on NATS, once all are there.
async fn on_nats(app: &TestApp) -> (String, String) {
    let head = app.head().await;
    eventually("the stream has all events", async || app.whole_stream().await.len() as u64 >= head).await;
    let messages = app.whole_stream().await;
    let events: Vec<StoredEvent> = messages.iter().map(|message| serde_json::from_slice(message).unwrap()).collect();
    let plain = messages.iter().map(|message| String::from_utf8_lossy(message)).collect();
    (plain, app.opened(events).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_of_who_is_erased() {
    let logs = watch_logs(MARK);
    tracing::debug!(word = MARK, "what is logged is seen");
    let canaries = Canaries::new([IP, EMAIL, FIRST, LAST, AVATAR, BIO, REASON, ANSWER, AGENT, FILE]);
    let proxy = HashMap::from([("HAR_TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned())]);
    let app = TestApp::start(AppOptions { settings: proxy, ..AppOptions::without_projections() }).await;
    let projecting = CancellationToken::new();
    let projections = projectors::start(&app.log, &app.nats, projectors::all(), &projecting);
    let admin = app.admin().await;
    let person = somebody(&app, &admin).await;

    let shown: BTreeSet<&str> = &canaries.all() - &ONLY_IN_EVENTS.into();
    assert_eq!(canaries.found_in(&app.whole_database().await), shown, "in the read collections");
    let (plain, opened) = on_nats(&app).await;
    assert_eq!((canaries.found_in(&plain), canaries.found_in(&opened)), (BTreeSet::new(), canaries.all()), "on NATS");
    let stored = app.events_after(0).await;
    assert_eq!(canaries.found_in(&app.opened(stored).await), canaries.all(), "in the log");

    let erase = theirs(app.delete("/auth/profile")).bearer(&person.token);
    let _ = erase.json(&json!({ "password": PASSWORD })).send().await.expect(200);
    // Letters are taken from the outbox as they leave, or as their reader is found to be gone.
    eventually("the database has forgotten", async || canaries.found_in(&app.whole_database().await).is_empty()).await;
    let (plain, opened) = on_nats(&app).await;
    assert_eq!((canaries.found_in(&plain), canaries.found_in(&opened)), Default::default(), "on NATS, erased");
    let stored = app.events_after(0).await;
    assert_eq!(canaries.found_in(&app.opened(stored).await), BTreeSet::new(), "in the log, erased");

    projecting.cancel();
    projections.ended().await.unwrap();
    project_anew(&app).await;
    assert_eq!(canaries.found_in(&app.whole_database().await), BTreeSet::new(), "in collections projected anew");
    let shown = app.get(&format!("/admin/users/{}", person.id)).bearer(&admin.token).send().await.expect(200);
    assert_eq!(shown.data()["user"]["status"], "deleted");

    let logged = logs.text();
    assert_eq!(logged.lines().count(), 1, "{logged}");
    assert_eq!(canaries.found_in(&logged), BTreeSet::new());
    app.stop().await;
}

/// Empties the read collections and folds the whole log into them again.
async fn project_anew(app: &TestApp) {
    let database = app.log.database();
    let names = projectors::collections(&projectors::all());
    for collection in &names {
        let collection = database.collection::<bson::Document>(collection.name);
        collection.delete_many(bson::doc! {}).await.unwrap();
    }
    let checkpoints = database.collection::<bson::Document>(read_models::PROJECTIONS.name);
    checkpoints.delete_many(bson::doc! {}).await.unwrap();
    let stop = CancellationToken::new();
    let projections = projectors::start(&app.log, &app.nats, projectors::all(), &stop);
    let head = i64::try_from(app.head().await).unwrap();
    let all = projectors::all().len() as u64;
    let reached = bson::doc! { "position": { "$gte": head } };
    eventually("everything is projected", async || checkpoints.count_documents(reached.clone()).await.unwrap() == all)
        .await;
    stop.cancel();
    projections.ended().await.unwrap();
}
