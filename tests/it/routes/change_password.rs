//! POST /auth/change-password.

use serde_json::{Value, json};
use tests::people::PASSWORD;
use tests::{Answer, AppOptions, Person, TestApp, shape};

const NEW: &str = "Correct-horse-2";

fn change(old: &str, new: &str) -> Value {
    json!({ "old_password": old, "new_password": new })
}

async fn send(app: &TestApp, person: &Person, body: &Value) -> Answer {
    app.post("/auth/change-password").bearer(&person.token).json(body).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_new_password_counts_and_the_other_sessions_die() {
    let app = TestApp::start(AppOptions::default()).await;
    let first = app.learner().await;
    let second = app.login(&first.email).await;
    let answer = send(&app, &first, &change(PASSWORD, NEW)).await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "message": "string" }));
    assert_eq!((answer.position(), answer.header("etag")), (app.head().await, Some("\"2\"")));
    let _ = app.get("/auth/verify-jwt").bearer(&first.token).send().await.expect(200);
    app.get("/auth/verify-jwt").bearer(&second.token).send().await.assert_refused(401, "unauthorized");
    let refresh = |person: &Person| {
        app.post("/auth/refresh-token").json(&json!({ "refresh_token": person.refresh_token })).send()
    };
    let _ = refresh(&first).await.expect(200);
    refresh(&second).await.assert_refused(401, "invalid_refresh_token");
    let log_in =
        |password: &str| app.post("/auth/login").json(&json!({ "email": first.email, "password": password })).send();
    log_in(PASSWORD).await.assert_refused(401, "invalid_credentials");
    let _ = log_in(NEW).await.expect(200);
    let sessions = app.get("/auth/sessions").bearer(&first.token).send().await.expect(200);
    assert_eq!(sessions.data()["pagination"]["total"], 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_changes_nothing_and_is_answered_alike() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let request = || {
        let request = app.post("/auth/change-password").bearer(&learner.token).key("k");
        request.json(&change(PASSWORD, NEW)).send()
    };
    let first = request().await.expect(200);
    let head = app.head().await;
    let again = request().await.expect(200);
    assert_eq!((again.text(), app.head().await), (first.text(), head));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_and_what_is_wrong() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let head = app.head().await;
    send(&app, &learner, &change("Wrong-horse-1", NEW)).await.assert_refused(401, "wrong_password");
    for weak in ["Short-1", "no-capital-1", "No-digit-at-all", &"A1".repeat(65)] {
        let answer = send(&app, &learner, &change(PASSWORD, weak)).await;
        answer.assert_invalid("weak_password", &["new_password: weak_password"]);
    }
    let answer = send(&app, &learner, &json!({})).await;
    answer.assert_invalid("validation_failed", &["new_password: required", "old_password: required"]);
    let answer = send(&app, &learner, &change(&"x".repeat(129), NEW)).await;
    answer.assert_invalid("validation_failed", &["old_password: too_long"]);
    let nobody = app.post("/auth/change-password").json(&change(PASSWORD, NEW)).send().await;
    nobody.assert_refused(401, "unauthorized");
    assert_eq!(app.head().await, head);
    let _ = app.change_user(&admin, &learner, &json!({ "status": "suspended" })).await.expect(200);
    send(&app, &learner, &change(PASSWORD, NEW)).await.assert_refused(403, "user_suspended");
    app.stop().await;
}
