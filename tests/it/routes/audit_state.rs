//! GET /admin/audit/streams/:type/:id/state.

use domain::Course;
use event_log::Opened;
use events::{Fold, StreamEvent as _};
use serde_json::{Value, json};
use tests::people::PASSWORD;
use tests::{Answer, AppOptions, Person, TestApp, scaled, shape};
use uuid::Uuid;

async fn state(app: &TestApp, admin: &Person, stream: &str, query: &str) -> Answer {
    app.get(&format!("/admin/audit/streams/{stream}/state{query}")).bearer(&admin.token).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_course_is_shown_as_it_was_and_what_each_event_changed() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let draft = app.draft(&admin, "Excel, les bases").await;
    let path = format!("/courses/{}", draft.id);
    let title = json!({ "title": "Excel, la suite" });
    let _ = app.patch(&path).bearer(&admin.token).json(&title).send().await.expect(200);
    let stream = format!("course/{}", draft.id);
    let now = state(&app, &admin, &stream, "").await.expect(200).data();
    assert_eq!(
        (&now["version"], &now["stream_type"], &now["stream_id"]),
        (&json!(4), &json!("course"), &json!(draft.id))
    );
    assert_eq!(now["state"]["details"]["title"], "Excel, la suite");
    let changes = now["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 4);
    for change in changes {
        let mut change = change.clone();
        assert!(change["changed"].take().is_array());
        let actor = json!({ "user_id": "uuid?", "role": "string", "ip": "string?", "user_agent": "string?" });
        let shape = json!({
            "version": "integer", "position": "integer", "type": "string", "time": "time", "actor": actor, "changed": "null",
        });
        shape::assert_shape(&change, &shape);
    }
    let expected = json!([{ "path": "/details/title", "before": "Excel, les bases", "after": "Excel, la suite" }]);
    assert_eq!(changes[3]["changed"], expected);
    let before = state(&app, &admin, &stream, "?version=3").await.expect(200).data();
    assert_eq!(before["state"]["details"]["title"], "Excel, les bases");
    assert_eq!(before["changes"], json!(changes[..3]));
    let time = before["time"].as_str().unwrap();
    let at = state(&app, &admin, &stream, &format!("?at={time}")).await.expect(200).data();
    assert!(at["version"].as_u64() >= before["version"].as_u64());
    for (query, status, code) in [
        ("?version=5", 404, "not_found"),
        ("?version=0", 404, "not_found"),
        ("?at=2000-01-01T00:00:00Z", 404, "not_found"),
        ("?version=x", 400, "validation_failed"),
        ("?at=x", 400, "validation_failed"),
        ("?version=1&at=2000-01-01T00:00:00Z", 400, "validation_failed"),
    ] {
        state(&app, &admin, &stream, query).await.assert_refused(status, code);
    }
    state(&app, &admin, &format!("course/{}", Uuid::now_v7()), "").await.assert_refused(404, "not_found");
    state(&app, &admin, "nothing/x", "").await.assert_refused(404, "not_found");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_shows_no_secret_and_nothing_of_the_erased() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let stream = format!("user/{}", learner.id);
    let body = json!({ "old_password": PASSWORD, "new_password": "Correct-horse-2" });
    let _ = app.post("/auth/change-password").bearer(&learner.token).json(&body).send().await.expect(200);
    let shown = state(&app, &admin, &stream, "").await.expect(200);
    assert_eq!(shown.data()["state"]["account"]["email"], learner.email);
    assert!(!shown.text().contains("argon2") && !shown.text().contains("password_hash"), "{shown}");
    let _ = app.change_user(&admin, &learner, &json!({ "status": "deleted" })).await.expect(200);
    for query in ["", "?version=1"] {
        let shown = state(&app, &admin, &stream, query).await.expect(200);
        assert_eq!(shown.data()["state"]["account"]["email"], Value::Null);
        assert!(!shown.text().contains(&learner.email), "{shown}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn travelling_in_time_is_folding_up_to_then() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let draft = app.draft(&admin, "Excel, les bases").await;
    let path = format!("/courses/{}", draft.id);
    for round in 0..20 {
        let body =
            json!({ "title": format!("Excel, partie {round}"), "price": f64::from(round) + 0.5, "stack": ["a", "b"] });
        let _ = app.patch(&path).bearer(&admin.token).respond_async().json(&body).send().await.expect(200);
    }
    let stream = Course::stream(&draft.id);
    let stored = app.log.read_stream(&stream, 0).await.unwrap();
    let opened = app.log.open_events(stored.clone()).await.unwrap();
    let folded = |version: usize| {
        let mut course = Course::default();
        for event in opened.iter().take(version) {
            let Opened::Known(event) = event else { panic!("an event that is not known") };
            course.apply(&<Course as Fold>::Event::from_event(event.event.clone()).unwrap());
        }
        serde_json::to_value(course).unwrap()
    };
    let address = format!("course/{}", draft.id);
    for _ in 0..scaled(1_000) {
        let version = rand::random_range(1..=stored.len());
        let by_version = state(&app, &admin, &address, &format!("?version={version}")).await.expect(200).data();
        assert_eq!(by_version["state"], folded(version), "{version}");
        let at = stored[version - 1].time;
        let last = stored.iter().rposition(|event| event.time <= at).unwrap() + 1;
        let by_time = state(&app, &admin, &address, &format!("?at={at}")).await.expect(200).data();
        assert_eq!((&by_time["version"], &by_time["state"]), (&json!(last), &folded(last)), "{at}");
    }
    app.stop().await;
}
