//! POST /auth/refresh-token.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Answer, AppOptions, TestApp, shape};

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.post("/auth/refresh-token").json(&json!({ "refresh_token": token })).send().await
}

fn refresh_token_of(answer: &Answer) -> String {
    answer.data()["refresh_token"].as_str().unwrap().to_owned()
}

async fn session_of(app: &TestApp, token: &str) -> Value {
    let sessions = app.get("/auth/sessions").bearer(token).send().await.expect(200).data()["sessions"].take();
    sessions.as_array().unwrap().iter().find(|session| session["current"] == true).unwrap()["_id"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_exchanged_within_its_session() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let answer = refresh(&app, &learner.refresh_token).await.expect(200);
    let pair = json!({ "token": "string", "refresh_token": "string" });
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": pair }));
    assert_eq!(answer.position(), app.head().await);
    assert_eq!(answer.header("etag"), Some("\"2\""));
    let token = answer.data()["token"].as_str().unwrap().to_owned();
    assert_ne!(refresh_token_of(&answer), learner.refresh_token);
    assert_eq!(session_of(&app, &token).await, session_of(&app, &learner.token).await);
    let _ = refresh(&app, &refresh_token_of(&answer)).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_gets_the_same_successor_and_a_late_one_ends_the_session() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let next = refresh_token_of(&refresh(&app, &learner.refresh_token).await.expect(200));
    let head = app.head().await;
    let retried = refresh(&app, &learner.refresh_token).await.expect(200);
    assert_eq!((refresh_token_of(&retried), app.head().await), (next.clone(), head));
    app.clock.shift_to(3_600);
    refresh(&app, &learner.refresh_token).await.assert_refused(401, "invalid_refresh_token");
    assert_eq!(app.head().await, head + 1);
    refresh(&app, &next).await.assert_refused(401, "invalid_refresh_token");
    app.get("/auth/verify-jwt").bearer(&learner.token).send().await.assert_refused(401, "unauthorized");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_after_the_successor_was_used_is_a_reuse() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let next = refresh_token_of(&refresh(&app, &learner.refresh_token).await.expect(200));
    let last = refresh_token_of(&refresh(&app, &next).await.expect(200));
    refresh(&app, &learner.refresh_token).await.assert_refused(401, "invalid_refresh_token");
    refresh(&app, &last).await.assert_refused(401, "invalid_refresh_token");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_rotates_and_the_others_are_its_retries() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let head = app.head().await;
    let answers = join_all((0..4).map(|_| refresh(&app, &learner.refresh_token))).await;
    let mut tokens: Vec<String> = answers.into_iter().map(|answer| refresh_token_of(&answer.expect(200))).collect();
    tokens.dedup();
    assert_eq!((tokens.len(), app.head().await), (1, head + 1));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_gets_the_token_of_the_same_generation() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let body = json!({ "refresh_token": learner.refresh_token });
    let request = || app.post("/auth/refresh-token").key("k").json(&body).send();
    let first = request().await.expect(200);
    let head = app.head().await;
    app.clock.shift_to(3_600);
    let again = request().await.expect(200);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((refresh_token_of(&again), app.head().await), (refresh_token_of(&first), head));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_live_token_is_refused_without_a_trace() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let head = app.head().await;
    let token = &learner.refresh_token;
    let other = if token.starts_with('A') { "B" } else { "A" };
    let changed = format!("{other}{}", &token[1..]);
    for token in ["x", "é", &learner.token, &token[..token.len() - 4], &format!("{token}AAAA"), &changed] {
        refresh(&app, token).await.assert_refused(401, "invalid_refresh_token");
    }
    app.clock.shift_to(7 * 86_400 + 60);
    refresh(&app, token).await.assert_refused(401, "invalid_refresh_token");
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suspended_are_told_so_and_bad_fields_are_named() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let _ = app.change_user(&admin, &learner, &json!({ "status": "suspended" })).await.expect(200);
    refresh(&app, &learner.refresh_token).await.assert_refused(403, "user_suspended");
    let _ = app.change_user(&admin, &learner, &json!({ "status": "active" })).await.expect(200);
    let _ = refresh(&app, &learner.refresh_token).await.expect(200);
    for body in [json!({}), json!({ "refresh_token": null }), json!({ "refresh_token": " " })] {
        let answer = app.post("/auth/refresh-token").json(&body).send().await;
        answer.assert_invalid("validation_failed", &["refresh_token: required"]);
    }
    app.stop().await;
}
