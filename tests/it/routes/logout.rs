//! POST /auth/logout.

use serde_json::json;
use tests::{AppOptions, TestApp, shape};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_is_dead_at_once_and_no_other() {
    let app = TestApp::start(AppOptions::default()).await;
    let first = app.learner().await;
    let second = app.login(&first.email).await;
    let request = app.post("/auth/logout").bearer(&first.token).header("Accept-Language", "en");
    let answer = request.send().await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "message": "=Logged out" }));
    assert_eq!(answer.position(), app.head().await);
    assert_eq!(answer.header("etag"), Some("\"2\""));
    for path in ["/auth/verify-jwt", "/auth/profile", "/auth/sessions"] {
        app.get(path).bearer(&first.token).send().await.assert_refused(401, "unauthorized");
    }
    app.post("/auth/logout").bearer(&first.token).send().await.assert_refused(401, "unauthorized");
    let refresh = app.post("/auth/refresh-token").json(&json!({ "refresh_token": first.refresh_token }));
    refresh.send().await.assert_refused(401, "invalid_refresh_token");
    let _ = app.get("/auth/verify-jwt").bearer(&second.token).send().await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_signed_in_does_not_sign_out() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    app.post("/auth/logout").send().await.assert_refused(401, "unauthorized");
    let _ = app.change_user(&admin, &learner, &json!({ "status": "suspended" })).await.expect(200);
    let head = app.head().await;
    app.post("/auth/logout").bearer(&learner.token).send().await.assert_refused(403, "user_suspended");
    assert_eq!(app.head().await, head);
    app.stop().await;
}
