//! POST /auth/reset-password.

use serde_json::json;
use tests::people::PASSWORD;
use tests::{Answer, AppOptions, Person, TestApp, shape};

const NEW: &str = "Correct-horse-2";

/// The token of the so-manieth letter that they get.
async fn mailed_token(app: &TestApp, person: &Person, count: usize) -> String {
    let request = app.post("/auth/request-password-reset").json(&json!({ "email": person.email }));
    let _ = request.send().await.expect(200);
    let text = app.letter_to(&person.email, count).await.text;
    let token = text.split("token=").nth(1).unwrap();
    token.chars().take_while(|character| !character.is_whitespace()).collect()
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    app.post("/auth/reset-password").json(&json!({ "token": token, "new_password": password })).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_works_once_and_every_session_dies() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let token = mailed_token(&app, &learner, 1).await;
    let answer = reset(&app, &token, NEW).await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "message": "string" }));
    assert_eq!((answer.position(), answer.header("etag")), (app.head().await, Some("\"3\"")));
    app.get("/auth/verify-jwt").bearer(&learner.token).send().await.assert_refused(401, "unauthorized");
    let refresh = app.post("/auth/refresh-token").json(&json!({ "refresh_token": learner.refresh_token }));
    refresh.send().await.assert_refused(401, "invalid_refresh_token");
    let log_in =
        |password: &str| app.post("/auth/login").json(&json!({ "email": learner.email, "password": password })).send();
    log_in(PASSWORD).await.assert_refused(401, "invalid_credentials");
    let _ = log_in(NEW).await.expect(200);
    reset(&app, &token, "Correct-horse-3").await.assert_refused(401, "invalid_token");
    let _ = log_in(NEW).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_worth_nothing_after_an_hour() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let token = mailed_token(&app, &learner, 1).await;
    app.clock.shift_to(3_600);
    reset(&app, &token, NEW).await.assert_refused(401, "invalid_token");
    app.clock.shift_to(0);
    let _ = reset(&app, &token, NEW).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_worth_nothing_once_the_password_was_changed() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let token = mailed_token(&app, &learner, 1).await;
    let change = json!({ "old_password": PASSWORD, "new_password": NEW });
    let _ = app.post("/auth/change-password").bearer(&learner.token).json(&change).send().await.expect(200);
    reset(&app, &token, "Correct-horse-3").await.assert_refused(401, "invalid_token");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_the_body_is_told_first() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let token = mailed_token(&app, &learner, 1).await;
    let head = app.head().await;
    for token in [token.as_str(), "x"] {
        let answer = reset(&app, token, "weak").await;
        answer.assert_invalid("weak_password", &["new_password: weak_password"]);
    }
    for token in ["x", "é", &learner.refresh_token, &token[1..]] {
        reset(&app, token, NEW).await.assert_refused(401, "invalid_token");
    }
    let answer = app.post("/auth/reset-password").json(&json!({})).send().await;
    answer.assert_invalid("validation_failed", &["new_password: required", "token: required"]);
    assert_eq!(app.head().await, head);
    // Nothing of it has spoilt the link.
    let _ = reset(&app, &token, NEW).await.expect(200);
    app.stop().await;
}
