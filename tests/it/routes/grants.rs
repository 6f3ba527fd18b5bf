//! POST /admin/grants, DELETE /admin/grants/:id.

use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::{id_of, new_course};
use tests::{AppOptions, TestApp, shape};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_is_given_and_taken() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &new_course("Excel, les bases")).await.id;
    app.enroll(&learner, &course).await.assert_refused(402, "payment_required");
    let answer = app.give(&admin, &learner, &course).await.expect(201);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": { "grant": shape::grant() } }));
    assert_eq!((answer.position(), answer.header("etag")), (app.head().await, Some("\"1\"")));
    let grant = answer.data()["grant"].take();
    for (field, value) in [
        ("user_id", json!(learner.id)),
        ("course_id", json!(course)),
        ("reason", json!("Boursière")),
        ("revoked_at", json!(null)),
    ] {
        assert_eq!(grant[field], value, "{field}");
    }
    app.give(&admin, &learner, &course).await.assert_refused(400, "already_granted");
    let _ = app.enroll(&learner, &course).await.expect(201);

    let path = format!("/admin/grants/{}", grant["_id"].as_str().unwrap());
    let why = json!({ "reason": "Par erreur" });
    let taken = app.delete(&path).bearer(&admin.token).json(&why).send().await.expect(200);
    shape::assert_shape(&taken.json(), &json!({ "success": "boolean", "data": { "grant": shape::grant() } }));
    let taken = taken.data()["grant"].take();
    assert!(taken["revoked_at"].is_string(), "{taken}");
    assert_eq!((&taken["_id"], &taken["reason"]), (&grant["_id"], &json!("Boursière")));
    app.delete(&path).bearer(&admin.token).send().await.assert_refused(404, "not_found");
    let again = app.give(&admin, &learner, &course).await.expect(201);
    assert_ne!(id_of(&again, "grant"), grant["_id"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_bad_or_not_there_is_refused() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner, gone) = (app.instructor(&admin).await, app.learner().await, app.learner().await);
    let course = app.published(&owner, &free_course("Excel, les bases")).await.id;
    let _ = app.change_user(&admin, &gone, &json!({ "status": "deleted" })).await.expect(200);
    let _ = app.enroll(&learner, &course).await.expect(201);
    let head = app.head().await;
    let post = async |by: &str, body: &Value| app.post("/admin/grants").bearer(by).json(body).send().await;
    let body = |user: &str, course: &str| json!({ "user_id": user, "course_id": course, "reason": "r" });
    let some = Uuid::now_v7().to_string();
    for unknown in [body(&some, &course), body(&learner.id, &some), body(&gone.id, &course)] {
        post(&admin.token, &unknown).await.assert_refused(404, "not_found");
    }
    let required = ["course_id: required", "reason: required", "user_id: required"];
    post(&admin.token, &json!({ "reason": " " })).await.assert_invalid("validation_failed", &required);
    let bad = json!({ "user_id": "x", "course_id": 1.to_string(), "reason": "a".repeat(1_001) });
    let details = ["course_id: invalid", "reason: too_long", "user_id: invalid"];
    post(&admin.token, &bad).await.assert_invalid("validation_failed", &details);
    for person in [&owner, &learner] {
        post(&person.token, &body(&learner.id, &course)).await.assert_refused(403, "forbidden");
        app.take(person, &some).await.assert_refused(403, "forbidden");
    }
    for unknown in [some.as_str(), "x"] {
        app.take(&admin, unknown).await.assert_refused(404, "not_found");
    }
    // A grant that no admin gave is not an admin's to take.
    let granted = app.events_after(0).await.into_iter().find(|event| event.event_type == "AccessGranted").unwrap();
    app.take(&admin, granted.data["grant_id"].as_str().unwrap()).await.assert_refused(404, "not_found");
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_is_taken_before_the_read_side_has_been_waited_for() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let course = app.published(&admin, &new_course("Excel, les bases")).await.id;
    let body = json!({ "user_id": learner.id, "course_id": course, "reason": "Boursière" });
    for _ in 0..5 {
        let give = app.post("/admin/grants").bearer(&admin.token).respond_async().json(&body).send();
        let _ = app.take(&admin, &id_of(&give.await.expect(201), "grant")).await.expect(200);
    }
    app.stop().await;
}
