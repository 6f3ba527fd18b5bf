//! POST /courses/:id/unpublish, DELETE /courses/:id, POST /courses/:id/restore: in and out of the catalogue.

use serde_json::{Value, json};
use tests::{Answer, AppOptions, Person, TestApp, shape};
use uuid::Uuid;

/// One step in a course's life.
async fn step(app: &TestApp, by: &Person, course: &str, step: &str) -> Answer {
    let path = format!("/courses/{course}");
    let request = if step == "archive" { app.delete(&path) } else { app.post(&format!("{path}/{step}")) };
    request.bearer(&by.token).send().await
}

async fn in_catalogue(app: &TestApp) -> bool {
    !app.get("/courses").send().await.expect(200).data()["courses"].as_array().unwrap().is_empty()
}

async fn courses_of(app: &TestApp, person: &Person) -> Value {
    let shown = app.get(&format!("/auth/users/{}", person.id)).send().await.expect(200);
    shown.data()["user"]["instructor_info"]["total_courses"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_goes_where_it_leads_once_and_the_catalogue_and_counters_follow() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let draft = app.draft(&owner, "Excel, les bases").await;
    let life = [
        ("unpublish", None),
        ("restore", None),
        ("publish", Some("published")),
        ("publish", None),
        ("restore", None),
        ("unpublish", Some("draft")),
        ("unpublish", None),
        ("publish", Some("published")),
        ("archive", Some("archived")),
        ("archive", None),
        ("publish", None),
        ("unpublish", None),
        ("restore", Some("draft")),
        ("archive", Some("archived")),
        ("restore", Some("draft")),
        ("publish", Some("published")),
    ];
    let mut status = "draft";
    for (number, (name, leads_to)) in life.into_iter().enumerate() {
        let head = app.head().await;
        let answer = step(&app, &owner, &draft.id, name).await;
        if let Some(next) = leads_to {
            let answer = answer.expect(200);
            let expected = json!({ "success": "boolean", "data": { "course": shape::course(&shape::module()) } });
            shape::assert_shape(&answer.json(), &expected);
            assert_eq!(answer.data()["course"]["status"], next, "{number}: {name}");
            assert_eq!(answer.position(), head + 1);
            status = next;
        } else {
            answer.assert_refused(400, "invalid_status");
            assert_eq!(app.head().await, head, "{number}: {name}");
        }
        assert_eq!(in_catalogue(&app).await, status == "published", "{number}: {name}");
        assert_eq!(courses_of(&app, &owner).await, json!(u32::from(status == "published")), "{number}: {name}");
        let seen = if status == "published" { 200 } else { 404 };
        assert_eq!(app.get(&format!("/courses/{}", draft.id)).send().await.status, seen, "{number}: {name}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archived_course_is_seen_by_its_owner_and_admins() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, other) = (app.instructor(&admin).await, app.instructor(&admin).await);
    let draft = app.draft(&owner, "Excel, les bases").await;
    let _ = step(&app, &owner, &draft.id, "publish").await.expect(200);
    let _ = step(&app, &admin, &draft.id, "archive").await.expect(200);
    for (person, status) in [(&owner, 200), (&admin, 200), (&other, 404)] {
        let shown = app.get(&format!("/courses/{}", draft.id)).bearer(&person.token).send().await;
        assert_eq!(shown.status, status, "{shown}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_not_found_and_another_version_is_not_archived() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    for name in ["unpublish", "archive", "restore"] {
        for id in [Uuid::now_v7().to_string(), "x".to_owned()] {
            step(&app, &admin, &id, name).await.assert_refused(404, "not_found");
        }
    }
    let draft = app.draft(&admin, "Excel, les bases").await;
    let archive = |version: &str| {
        app.delete(&format!("/courses/{}", draft.id)).bearer(&admin.token).header("If-Match", version).send()
    };
    archive("\"2\"").await.assert_refused(412, "precondition_failed");
    archive("two").await.assert_refused(400, "validation_failed");
    assert_eq!(archive("\"3\"").await.expect(200).header("etag"), Some("\"4\""));
    app.stop().await;
}
