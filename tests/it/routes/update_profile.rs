//! PATCH /auth/profile.

use serde_json::{Value, json};
use tests::{Answer, AppOptions, Person, TestApp, shape};

async fn change(app: &TestApp, person: &Person, changes: &Value) -> Answer {
    app.patch("/auth/profile").bearer(&person.token).json(changes).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_changes_and_the_rest_stays() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let person = app.instructor(&admin).await;
    let url = "https://example.org/a.png";
    let all = json!({
        "first_name": " Augusta ", "last_name": "King", "avatar_url": url, "language": "en", "bio": "Poète\net machine",
        "expertise_tags": ["R", "R", "Excel"], "notification_settings": { "newsletter": true },
    });
    let answer = change(&app, &person, &all).await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": { "user": shape::user(true) } }));
    assert_eq!(answer.position(), app.head().await);
    let user = &answer.data()["user"];
    assert_eq!((&user["first_name"], &user["last_name"]), (&json!("Augusta"), &json!("King")));
    assert_eq!((&user["avatar_url"], &user["language"]), (&json!(url), &json!("en")));
    let info = &user["instructor_info"];
    assert_eq!((&info["bio"], &info["expertise_tags"]), (&json!("Poète\net machine"), &json!(["R", "Excel"])));
    let notified = json!({ "email_notifications": true, "marketing_emails": false, "newsletter": true });
    assert_eq!(user["notification_settings"], notified);

    let answer = change(&app, &person, &json!({ "last_name": "Lovelace" })).await.expect(200);
    assert_eq!(answer.data()["user"]["avatar_url"], url);
    let answer = change(&app, &person, &json!({ "avatar_url": null, "bio": null })).await.expect(200);
    let user = &answer.data()["user"];
    let info = &user["instructor_info"];
    assert_eq!((&info["bio"], &info["expertise_tags"]), (&Value::Null, &json!(["R", "Excel"])));
    assert_eq!((&user["avatar_url"], &user["last_name"]), (&Value::Null, &json!("Lovelace")));
    let shown = app.get("/auth/profile").bearer(&person.token).send().await.expect(200);
    assert_eq!((&shown.data()["user"], shown.header("etag")), (user, answer.header("etag")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_so_already_appends_nothing() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let head = app.head().await;
    for changes in [json!({}), json!({ "first_name": "Ada", "language": "fr" }), json!({ "first_name": null })] {
        let answer = change(&app, &learner, &changes).await.expect(200);
        assert_eq!((answer.position(), answer.header("etag")), (head, Some("\"1\"")));
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_version_than_the_one_seen_is_not_overwritten() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let change = |version: &str, name: &str| {
        let request = app.patch("/auth/profile").bearer(&learner.token).header("If-Match", version);
        request.json(&json!({ "first_name": name })).send()
    };
    let answer = change("\"1\"", "Augusta").await.expect(200);
    assert_eq!(answer.header("etag"), Some("\"2\""));
    let head = app.head().await;
    for version in ["\"1\"", "\"3\"", "\"0\""] {
        change(version, "Grace").await.assert_refused(412, "precondition_failed");
        // Also when there would be nothing to change.
        change(version, "Augusta").await.assert_refused(412, "precondition_failed");
    }
    change("2", "Grace").await.assert_invalid("validation_failed", &["If-Match: invalid"]);
    assert_eq!(app.head().await, head);
    let _ = change("\"2\"", "Grace").await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_fields_are_named_and_change_nothing() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let head = app.head().await;
    let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    let failed = "validation_failed";
    let cases = [
        (
            json!({ "first_name": "a".repeat(101), "language": "de" }),
            failed,
            vec!["first_name: too_long", "language: invalid"],
        ),
        (json!({ "last_name": "a\nb" }), failed, vec!["last_name: control_character"]),
        (json!({ "avatar_url": "javascript:alert(1)" }), failed, vec!["avatar_url: invalid_url"]),
        (json!({ "bio": "a".repeat(2_001) }), failed, vec!["bio: too_long"]),
        (json!({ "expertise_tags": many }), failed, vec!["expertise_tags: too_many_items"]),
        (
            json!({ "bio": "x", "expertise_tags": ["R"], "first_name": "Grace" }),
            failed,
            vec!["bio: not_an_instructor", "expertise_tags: not_an_instructor"],
        ),
        (json!({ "role": "admin" }), "unknown_field", vec!["role: unknown"]),
        (json!({ "avatar_url": 7 }), "malformed_body", vec!["avatar_url: invalid"]),
    ];
    for (changes, code, details) in cases {
        change(&app, &learner, &changes).await.assert_invalid(code, &details);
    }
    app.patch("/auth/profile").json(&json!({})).send().await.assert_refused(401, "unauthorized");
    assert_eq!(app.head().await, head);
    app.stop().await;
}
