//! POST /auth/request-password-reset.

use std::collections::HashMap;

use serde_json::json;
use tests::people::new_email;
use tests::{Answer, AppOptions, TestApp, shape};

async fn request(app: &TestApp, email: &str) -> Answer {
    let request = app.post("/auth/request-password-reset").header("X-Request-Id", "same");
    request.json(&json!({ "email": email })).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_mailed_to_the_address() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let answer = request(&app, &learner.email.to_uppercase()).await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "message": "string" }));
    assert_eq!((answer.position(), answer.header("etag")), (app.head().await, Some("\"2\"")));
    let letter = app.letter_to(&learner.email, 1).await;
    assert!(letter.text.contains("/reset-password?token="), "{}", letter.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_address_and_none_are_refused() {
    let app = TestApp::start(AppOptions::default()).await;
    let head = app.head().await;
    request(&app, &new_email()).await.assert_refused(400, "email_not_found");
    request(&app, "x").await.assert_invalid("validation_failed", &["email: invalid_email"]);
    request(&app, " ").await.assert_invalid("validation_failed", &["email: required"]);
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_accounts_are_concealed_no_answer_tells_of_one() {
    let settings = HashMap::from([("HAR_CONCEAL_ACCOUNTS".to_owned(), "true".to_owned())]);
    let app = TestApp::start(AppOptions { settings, ..AppOptions::default() }).await;
    let learner = app.learner().await;
    let mut answers = Vec::new();
    for email in [learner.email.clone(), new_email()] {
        let answer = request(&app, &email).await.expect(200);
        let mut names: Vec<String> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
        names.sort();
        assert!(!names.iter().any(|name| name == "x-position" || name == "etag"), "{answer}");
        answers.push((names, answer.text()));
    }
    assert_eq!(answers[0], answers[1]);
    let _ = app.letter_to(&learner.email, 1).await;
    app.stop().await;
}
