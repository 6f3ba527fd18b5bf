//! POST /courses/:id/publish.

use serde_json::json;
use tests::people::{id_of, new_course};
use tests::{Answer, AppOptions, Person, TestApp, shape};
use uuid::Uuid;

async fn publish(app: &TestApp, by: &Person, course: &str) -> Answer {
    app.post(&format!("/courses/{course}/publish")).bearer(&by.token).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_course_with_a_lesson_is_published_once() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let draft = app.draft(&admin, "Excel, les bases").await;
    let answer = publish(&app, &admin, &draft.id).await.expect(200);
    let expected = json!({ "success": "boolean", "data": { "course": shape::course(&shape::module()) } });
    shape::assert_shape(&answer.json(), &expected);
    let course = answer.data()["course"].take();
    assert_eq!((&course["status"], &course["total_lessons"]), (&json!("published"), &json!(1)));
    assert!(course["published_at"].is_string());
    assert_eq!((answer.position(), answer.header("etag")), (app.head().await, Some("\"4\"")));
    let listed = app.get("/courses").send().await.expect(200);
    assert_eq!(listed.data()["courses"][0]["_id"], draft.id);

    publish(&app, &admin, &draft.id).await.assert_refused(400, "invalid_status");
    assert_eq!(app.head().await, answer.position());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_course_is_not_published() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let made = app.post("/courses").bearer(&admin.token).json(&new_course("Excel, les bases")).send().await;
    let course = id_of(&made, "course");
    publish(&app, &admin, &course).await.assert_refused(400, "course_incomplete");
    let modules = format!("/courses/{course}/modules");
    let _ = app.post(&modules).bearer(&admin.token).json(&json!({ "title": "m" })).send().await.expect(201);
    publish(&app, &admin, &course).await.assert_refused(400, "course_incomplete");
    for id in [Uuid::now_v7().to_string(), "x".to_owned()] {
        publish(&app, &admin, &id).await.assert_refused(404, "not_found");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_is_ignored() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    for (content_type, body) in [(None, "x"), (Some("application/json"), "{"), (Some("text/plain"), "{\"a\":1}")] {
        let draft = app.draft(&admin, "Excel, les bases").await;
        let request = app.post(&format!("/courses/{}/publish", draft.id)).bearer(&admin.token);
        let _ = request.body(content_type, body).send().await.expect(200);
    }
    app.stop().await;
}
