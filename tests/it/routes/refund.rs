//! POST /refund/:transaction_id.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::people::new_course;
use tests::{Answer, AppOptions, DraftCourse, Person, TestApp, shape};
use uuid::Uuid;

/// Fourteen days, in seconds.
const TERM: i64 = 14 * 24 * 60 * 60;

async fn refund(app: &TestApp, by: &Person, id: &Value, body: Option<&Value>) -> Answer {
    let request = app.post(&format!("/refund/{}", id.as_str().unwrap())).bearer(&by.token);
    match body {
        Some(body) => request.json(body),
        None => request,
    }
    .send()
    .await
}

async fn stage() -> (TestApp, Person, Person, DraftCourse) {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &new_course("Excel, les bases")).await;
    (app, admin, learner, course)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_back_closes_what_it_opened_and_keeps_what_was_learned() {
    let (app, _, learner, course) = stage().await;
    let paid = app.buy(&learner, &course.id).await;
    let _ = app.complete(&learner, &course.id, &course.lesson).await;
    let answer = refund(&app, &learner, &paid["_id"], None).await.expect(200);
    shape::assert_shape(&answer.data(), &json!({ "transaction": shape::transaction() }));
    let back = answer.data()["transaction"].take();
    assert_eq!((&back["status"], &back["completed_at"]), (&json!("refunded"), &paid["completed_at"]));
    assert!(back["refunded_at"].is_string());
    assert!(!app.is_entitled(&learner, &course.id).await);
    app.lesson(&learner, &course.id, &course.lesson).await.assert_refused(403, "no_access");
    app.enroll(&learner, &course.id).await.assert_refused(402, "payment_required");
    let progress = app.progress(&learner, &course.id).await.expect(200);
    assert_eq!(progress.data()["enrollment"]["progress_percentage"], json!(100.0));
    let report = json!({ "status": "in_progress" });
    app.go_on(&learner, &course.id, &course.lesson, &report).await.assert_refused(403, "no_access");
    refund(&app, &learner, &paid["_id"], None).await.assert_refused(400, "refund_not_possible");
    // Bought again, it opens again.
    let again = app.buy(&learner, &course.id).await;
    assert_ne!(again["_id"], paid["_id"]);
    let _ = app.lesson(&learner, &course.id, &course.lesson).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_access_that_was_bought_goes() {
    let (app, admin, learner, course) = stage().await;
    let given = json!({ "user_id": learner.id, "course_id": course.id, "reason": "Boursière" });
    let _ = app.post("/admin/grants").bearer(&admin.token).json(&given).send().await.expect(201);
    let paid = app.buy(&learner, &course.id).await;
    let _ = refund(&app, &learner, &paid["_id"], Some(&json!({ "reason": "Par erreur" }))).await.expect(200);
    assert!(app.is_entitled(&learner, &course.id).await);
    let _ = app.lesson(&learner, &course.id, &course.lesson).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fourteen_days_are_the_buyer_s_and_an_admin_passes_them_with_a_reason() {
    let (app, admin, learner, course) = stage().await;
    let paid = app.buy(&learner, &course.id).await;
    let reason = json!({ "reason": "Geste commercial" });
    app.clock.shift_to(TERM);
    let (admin, learner) = (app.login(&admin.email).await, app.login(&learner.email).await);
    for (by, body) in [(&learner, None), (&learner, Some(&reason)), (&admin, None)] {
        refund(&app, by, &paid["_id"], body).await.assert_refused(400, "refund_not_possible");
    }
    assert_eq!(app.transactions(&learner).await[0]["status"], "completed");
    let _ = refund(&app, &admin, &paid["_id"], Some(&reason)).await.expect(200);
    assert!(!app.is_entitled(&learner, &course.id).await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_theirs_not_there_or_not_paid_does_not_go_back() {
    let (app, admin, learner, course) = stage().await;
    let stranger = app.learner().await;
    let paid = app.buy(&learner, &course.id).await;
    refund(&app, &stranger, &paid["_id"], None).await.assert_refused(403, "forbidden");
    refund(&app, &learner, &json!(Uuid::now_v7()), None).await.assert_refused(404, "not_found");
    refund(&app, &learner, &json!("x"), None).await.assert_refused(404, "not_found");
    let long = json!({ "reason": "a".repeat(1_001) });
    refund(&app, &admin, &paid["_id"], Some(&long)).await.assert_invalid("validation_failed", &["reason: too_long"]);
    let unknown = json!({ "amount": 1 });
    refund(&app, &admin, &paid["_id"], Some(&unknown)).await.assert_refused(400, "unknown_field");
    let transfer = json!({ "course_id": course.id, "payment_method": "bank_transfer" });
    let waiting = app.post("/purchase").bearer(&stranger.token).json(&transfer).send().await.expect(201);
    let id = &waiting.data()["transaction"]["_id"];
    refund(&app, &stranger, id, None).await.assert_refused(400, "refund_not_possible");
    let _ = app
        .post(&format!("/admin/transactions/{}/confirm", id.as_str().unwrap()))
        .bearer(&admin.token)
        .send()
        .await
        .expect(200);
    let back = refund(&app, &stranger, id, None).await.expect(200);
    assert_eq!(back.data()["transaction"]["status"], "refunded");
    // No provider is asked, and it is seen at once all the same.
    assert!(!back.is_pending());
    assert_eq!(app.transactions(&stranger).await, [back.data()["transaction"].take()]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_refunds_of_one_payment_at_once_are_one() {
    let (app, admin, learner, course) = stage().await;
    let paid = app.buy(&learner, &course.id).await;
    let head = app.head().await;
    let answers = join_all([&learner, &admin, &learner, &admin].map(|by| refund(&app, by, &paid["_id"], None))).await;
    assert!(answers.iter().any(|answer| answer.status == 200), "{answers:?}");
    let count = async |name: &str| app.events_after(head).await.iter().filter(|event| event.event_type == name).count();
    for name in ["PaymentRefunded", "AccessRevoked", "CreditNoteIssued"] {
        assert_eq!(count(name).await, 1, "{name}");
    }
    app.stop().await;
}
