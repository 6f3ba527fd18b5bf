//! Rights hold on the very next request, whether anybody projects or not.

use serde_json::json;
use tests::people::new_course;
use tests::{AppOptions, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rights_hold_on_the_next_request_without_any_projection() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let (admin, person) = (app.admin().await, app.learner().await);
    let create =
        || app.post("/courses").bearer(&person.token).respond_async().json(&new_course("Excel, les bases")).send();
    let verify = || app.get("/auth/verify-jwt").bearer(&person.token).send();
    let change = |changes: serde_json::Value| {
        let request = app.patch(&format!("/admin/users/{}", person.id)).bearer(&admin.token).respond_async();
        async move { request.json(&changes).send().await.expect(200) }
    };
    create().await.assert_refused(403, "forbidden");
    for _ in 0..5 {
        let _ = change(json!({ "role": "instructor" })).await;
        let _ = create().await.expect(201);
        assert_eq!(verify().await.expect(200).data()["role"], "instructor");

        let _ = change(json!({ "role": "learner" })).await;
        create().await.assert_refused(403, "forbidden");
        assert_eq!(verify().await.expect(200).data()["role"], "learner");

        let _ = change(json!({ "status": "suspended" })).await;
        create().await.assert_refused(403, "user_suspended");
        verify().await.assert_refused(403, "user_suspended");
        let profile = app.get("/auth/profile").bearer(&person.token).send().await;
        profile.assert_refused(403, "user_suspended");

        let _ = change(json!({ "status": "active" })).await;
        let _ = verify().await.expect(200);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demoted_admin_is_none_on_the_next_request() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let (admin, other, somebody) = (app.admin().await, app.admin().await, app.learner().await);
    let draft = app.draft(&other, "Excel, les bases").await;
    let changes = json!({ "role": "instructor" });
    let _ = app.change_user(&other, &somebody, &changes).await.expect(200);
    let _ = app.change_user(&admin, &other, &json!({ "role": "learner" })).await.expect(200);
    app.change_user(&other, &somebody, &changes).await.assert_refused(403, "forbidden");
    // What is theirs stays theirs.
    let path = format!("/courses/{}/modules", draft.id);
    let _ = app.post(&path).bearer(&other.token).json(&json!({ "title": "m" })).send().await.expect(201);
    app.stop().await;
}
