//! POST /courses/:id/unpublish, POST /courses/:id/restore, DELETE /courses/:id.

use serde_json::json;
use tests::people::new_course;
use tests::{Answer, AppOptions, Person, TestApp, shape};
use uuid::Uuid;

async fn step(app: &TestApp, by: &Person, course: &str, step: &str) -> Answer {
    let path = format!("/courses/{course}");
    let request = if step == "archive" { app.delete(&path) } else { app.post(&format!("{path}/{step}")) };
    request.bearer(&by.token).send().await
}

/// What everybody sees of a course, whether the catalogue has it, and how many courses its instructor has.
async fn shown(app: &TestApp, course: &str, instructor: &Person) -> (u16, usize, u64) {
    let by_itself = app.get(&format!("/courses/{course}")).send().await.status;
    let listed = app.get("/courses").send().await.expect(200).data()["courses"].as_array().unwrap().len();
    let profile = app.get("/auth/profile").bearer(&instructor.token).send().await.expect(200);
    (by_itself, listed, profile.data()["user"]["instructor_info"]["total_courses"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_course_goes_from_status_to_status() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.published(&owner, &new_course("Excel, les bases")).await.id;
    assert_eq!(shown(&app, &course, &owner).await, (200, 1, 1));
    for (name, status, there) in [
        ("unpublish", "draft", false),
        ("archive", "archived", false),
        ("restore", "draft", false),
        ("publish", "published", true),
        ("archive", "archived", false),
    ] {
        let answer = step(&app, &owner, &course, name).await.expect(200);
        let expected = json!({ "success": "boolean", "data": { "course": shape::course(&shape::module()) } });
        shape::assert_shape(&answer.json(), &expected);
        let changed = answer.data()["course"].take();
        assert_eq!(changed["status"], status, "{name}");
        assert!(changed["published_at"].is_string(), "when it was published last");
        assert_eq!(answer.position(), app.head().await);
        let seen = if there { (200, 1, 1) } else { (404, 0, 0) };
        assert_eq!(shown(&app, &course, &owner).await, seen, "{name}");
        let own = app.get(&format!("/courses/{course}")).bearer(&owner.token).send().await.expect(200);
        assert_eq!((&own.data()["course"], own.header("etag")), (&changed, answer.header("etag")), "{name}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_the_status_does_not_allow_changes_nothing() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let draft = app.draft(&admin, "Excel, brouillon").await.id;
    let published = app.published(&admin, &new_course("Excel, les bases")).await.id;
    let archived = app.published(&admin, &new_course("Excel, autrefois")).await.id;
    let _ = step(&app, &admin, &archived, "archive").await.expect(200);
    let head = app.head().await;
    for (course, steps) in [
        (&draft, vec!["unpublish", "restore"]),
        (&published, vec!["publish", "restore"]),
        (&archived, vec!["publish", "unpublish", "archive"]),
    ] {
        for name in steps {
            step(&app, &admin, course, name).await.assert_refused(400, "invalid_status");
        }
    }
    for id in [Uuid::now_v7().to_string(), "x".to_owned()] {
        for name in ["unpublish", "archive", "restore"] {
            step(&app, &admin, &id, name).await.assert_refused(404, "not_found");
        }
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_version_that_was_seen_is_archived() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Excel, les bases").await.id;
    let archive = |version: &str| {
        app.delete(&format!("/courses/{course}")).bearer(&admin.token).header("If-Match", version).send()
    };
    archive("\"2\"").await.assert_refused(412, "precondition_failed");
    assert_eq!(archive("\"3\"").await.expect(200).header("etag"), Some("\"4\""));
    app.stop().await;
}
