//! POST /auth/register.

use serde_json::json;
use tests::people::{PASSWORD, new_email, newcomer};
use tests::{AppOptions, TestApp, shape};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_is_a_learner_and_signed_in() {
    let app = TestApp::start(AppOptions::default()).await;
    let body = json!({
        "email": "  Ada@Example.ORG ", "password": PASSWORD, "first_name": " Ada ", "last_name": "Lovelace",
        "language": "en",
    });
    let answer = app.post("/auth/register").json(&body).send().await.expect(201);
    let signed_in = json!({ "user": shape::user(false), "token": "string", "refresh_token": "string" });
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": signed_in }));
    let data = answer.data();
    for (field, value) in [
        ("email", "ada@example.org"),
        ("first_name", "Ada"),
        ("last_name", "Lovelace"),
        ("language", "en"),
        ("role", "learner"),
        ("status", "active"),
    ] {
        assert_eq!(data["user"][field], value, "{field}");
    }
    assert_eq!(answer.position(), app.head().await);
    assert_eq!(answer.header("etag"), Some("\"1\""));
    assert!(!answer.is_pending());
    assert!(!answer.text().contains(PASSWORD) && !answer.text().contains("argon2"), "{answer}");

    let token = data["token"].as_str().unwrap();
    let profile = app.get("/auth/profile").bearer(token).send().await.expect(200);
    assert_eq!(profile.data()["user"], data["user"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_language_is_french_by_default_and_limits_are_within() {
    let app = TestApp::start(AppOptions::default()).await;
    let mut body = newcomer(&new_email());
    body["first_name"] = json!("é".repeat(100));
    body["password"] = json!(format!("Aé1{}", "x".repeat(125)));
    body["language"] = json!(null);
    let answer = app.post("/auth/register").json(&body).send().await.expect(201);
    assert_eq!(answer.data()["user"]["language"], "fr");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_fields_are_named_and_nothing_is_appended() {
    let app = TestApp::start(AppOptions::default()).await;
    let with = |name: &str, value: serde_json::Value| {
        let mut body = newcomer("somebody@example.org");
        body[name] = value;
        body
    };
    let long = |length: usize| json!("a".repeat(length));
    let weak = ["Short1A", "no-upper-case-1", "No-digit-here", &format!("Aa1{}", "x".repeat(126))];
    let mut cases = vec![
        (
            json!({}),
            "validation_failed",
            vec!["email: required", "first_name: required", "last_name: required", "password: required"],
        ),
        (with("role", json!("admin")), "unknown_field", vec!["role: unknown"]),
        (json!({ "role": "admin", "is_admin": true }), "unknown_field", vec!["is_admin: unknown", "role: unknown"]),
        (with("email", json!("x".repeat(250) + "@example.org")), "validation_failed", vec!["email: too_long"]),
        (with("email", json!("a\u{0}b@example.org")), "validation_failed", vec!["email: control_character"]),
        (with("first_name", json!("  ")), "validation_failed", vec!["first_name: required"]),
        (with("first_name", json!(null)), "validation_failed", vec!["first_name: required"]),
        (with("first_name", long(101)), "validation_failed", vec!["first_name: too_long"]),
        (with("last_name", json!("a\nb")), "validation_failed", vec!["last_name: control_character"]),
        (with("language", json!("de")), "validation_failed", vec!["language: invalid"]),
        (with("password", json!("")), "validation_failed", vec!["password: required"]),
    ];
    cases.extend(
        weak.map(|password| (with("password", json!(password)), "weak_password", vec!["password: weak_password"])),
    );
    let emails = ["ada", "ada@", "@example.org", "a b@example.org", "ada@@example.org", "ada@.org"];
    cases.extend(emails.map(|email| (with("email", json!(email)), "validation_failed", vec!["email: invalid_email"])));
    let mut both = with("password", json!("weak"));
    both["email"] = json!("none");
    cases.push((both, "validation_failed", vec!["email: invalid_email", "password: weak_password"]));
    for (body, code, details) in cases {
        let answer = app.post("/auth/register").json(&body).send().await;
        eprintln!("{body}");
        answer.assert_invalid(code, &details);
    }
    assert_eq!(app.head().await, 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_taken_once_however_it_is_written() {
    let app = TestApp::start(AppOptions::default()).await;
    let _ = app.post("/auth/register").json(&newcomer("ada@example.org")).send().await.expect(201);
    let head = app.head().await;
    for email in ["ada@example.org", " ADA@example.ORG"] {
        app.post("/auth/register").json(&newcomer(email)).send().await.assert_refused(400, "email_exists");
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}
