//! GET /auth/users/:id and GET /admin/users/:id.

use serde_json::json;
use tests::{AppOptions, TestApp, shape};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_the_public_part_of_who_is_active() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let person = app.instructor(&admin).await;
    let path = format!("/auth/users/{}", person.id);
    let answer = app.get(&path).send().await.expect(200);
    let info = &shape::user(true)["instructor_info"];
    let user = json!({
        "_id": "uuid", "first_name": "string", "last_name": "string", "avatar_url": "string?", "instructor_info": info,
    });
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": { "user": user } }));
    assert_eq!(answer.data()["user"]["_id"], person.id);
    assert!(answer.position() <= app.head().await);

    let suspended = app.change_user(&admin, &person, &json!({ "status": "suspended" })).await.expect(200);
    let position = suspended.position().to_string();
    app.get(&path).header("X-Min-Position", &position).send().await.assert_refused(404, "not_found");
    for id in [Uuid::now_v7().to_string(), "me".to_owned()] {
        app.get(&format!("/auth/users/{id}")).send().await.assert_refused(404, "not_found");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_sees_the_whole_of_everybody() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let path = format!("/admin/users/{}", learner.id);
    let _ = app.change_user(&admin, &learner, &json!({ "status": "suspended" })).await.expect(200);
    let answer = app.get(&path).bearer(&admin.token).send().await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": { "user": shape::user(false) } }));
    let user = &answer.data()["user"];
    assert_eq!((&user["email"], &user["status"]), (&json!(learner.email), &json!("suspended")));
    assert_eq!(answer.header("etag"), Some("\"2\""));
    for id in [Uuid::now_v7().to_string(), "me".to_owned()] {
        app.get(&format!("/admin/users/{id}")).bearer(&admin.token).send().await.assert_refused(404, "not_found");
    }
    app.get(&path).send().await.assert_refused(401, "unauthorized");
    app.get(&path).bearer(&app.learner().await.token).send().await.assert_refused(403, "forbidden");
    app.stop().await;
}
