//! POST /auth/login.

use events::{PasswordRehashed, Personal};
use serde_json::json;
use tests::people::PASSWORD;
use tests::{AppOptions, TestApp, shape};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_right_password_signs_in() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let body = json!({ "email": learner.email.to_uppercase(), "password": PASSWORD });
    let answer = app.post("/auth/login").json(&body).send().await.expect(200);
    let signed_in = json!({ "user": shape::user(false), "token": "string", "refresh_token": "string" });
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": signed_in }));
    let data = answer.data();
    assert_eq!(data["user"]["_id"], learner.id);
    assert!(data["user"]["last_login_at"].is_string());
    assert_eq!(answer.position(), app.head().await);
    assert_eq!(answer.header("etag"), Some("\"1\""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_ne!(data["token"], learner.token);
    // The session before lives on.
    for token in [data["token"].as_str().unwrap(), &learner.token] {
        let _ = app.get("/auth/verify-jwt").bearer(token).send().await.expect(200);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_address_and_a_wrong_password_are_told_alike() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let head = app.head().await;
    let mut answers = Vec::new();
    for email in [learner.email.as_str(), "nobody@example.org"] {
        let body = json!({ "email": email, "password": "Wrong-horse-1" });
        let answer = app.post("/auth/login").header("X-Request-Id", "same").json(&body).send().await;
        answer.assert_refused(401, "invalid_credentials");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        answers.push(answer.text());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_right_password_learns_of_a_suspension() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let _ = app.change_user(&admin, &learner, &json!({ "status": "suspended" })).await.expect(200);
    let log_in =
        |password: &str| app.post("/auth/login").json(&json!({ "email": learner.email, "password": password })).send();
    log_in("Wrong-horse-1").await.assert_refused(401, "invalid_credentials");
    log_in(PASSWORD).await.assert_refused(400, "user_suspended");
    let _ = app.change_user(&admin, &learner, &json!({ "status": "active" })).await.expect(200);
    let _ = log_in(PASSWORD).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_fields_are_named() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let cases = [
        (json!({}), "validation_failed", vec!["email: required", "password: required"]),
        (json!({ "email": "x", "password": "x" }), "validation_failed", vec!["email: invalid_email"]),
        (json!({ "email": "a@example.org", "password": "" }), "validation_failed", vec!["password: required"]),
        (
            json!({ "email": "a@example.org", "password": "x", "remember": true }),
            "unknown_field",
            vec!["remember: unknown"],
        ),
    ];
    for (body, code, details) in cases {
        app.post("/auth/login").json(&body).send().await.assert_invalid(code, &details);
    }
    app.stop().await;
}

/// [`PASSWORD`], hashed with next to no work: Argon2id with 8 KiB and one pass.
const WEAK_HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$qA/gshJls5qix3rFL+U2yUx9fXOsf+nBEZVIUBk7reo";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_weak_hash_is_made_anew_at_the_next_login_and_only_then() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let user_id = learner.id.parse().unwrap();
    let weak = PasswordRehashed { user_id, password_hash: Personal::new(user_id, WEAK_HASH.to_owned()) };
    let _ = app.happens(weak, Vec::new()).await;
    let head = app.head().await;
    let wrong = json!({ "email": learner.email, "password": "Wrong-horse-1" });
    app.post("/auth/login").json(&wrong).send().await.assert_refused(401, "invalid_credentials");
    assert_eq!(app.head().await, head);
    for types in [&["PasswordRehashed", "SessionStarted"][..], &["SessionStarted"]] {
        let head = app.head().await;
        let _ = app.login(&learner.email).await;
        let events = app.events_after(head).await;
        let happened: Vec<_> = events.iter().map(|event| event.event_type.as_str()).collect();
        assert_eq!(happened, types);
    }
    let hashes = app.log.load::<domain::User>(user_id).await.unwrap().state;
    let hash = hashes.present().unwrap().password_hash.value().unwrap().clone();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,"), "{hash}");
    app.stop().await;
}
