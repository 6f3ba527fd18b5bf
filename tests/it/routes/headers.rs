//! What every answer carries, and what requests may bring.

use serde_json::json;
use tests::people::{new_email, newcomer};
use tests::{AppOptions, TestApp};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_id_is_echoed_or_made() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    for given in ["a", "7f3c-1", &"x".repeat(128)] {
        for path in ["/courses", "/auth/profile", "/nothing"] {
            let answer = app.get(path).header("X-Request-Id", given).send().await;
            assert_eq!(answer.header("x-request-id"), Some(given), "{path}");
        }
    }
    for given in ["", "two words", &"x".repeat(129)] {
        let answer = app.get("/courses").header("X-Request-Id", given).send().await;
        let made = answer.header("x-request-id").unwrap();
        assert!(made != given && Uuid::parse_str(made).is_ok(), "{made}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correlation_id_is_carried_into_the_events() {
    let app = TestApp::start(AppOptions::default()).await;
    let own = Uuid::now_v7();
    let mut seen = Vec::new();
    for given in [own.to_string(), "an-order-of-mine".to_owned(), "an-order-of-mine".to_owned()] {
        let head = app.head().await;
        let register = app.post("/auth/register").header("X-Correlation-Id", &given).json(&newcomer(&new_email()));
        let _ = register.send().await.expect(201);
        let mut ids: Vec<String> =
            app.events_after(head).await.iter().map(|event| event.correlation_id.to_string()).collect();
        ids.dedup();
        assert_eq!(ids.len(), 1);
        seen.extend(ids);
    }
    assert_eq!(seen[0], own.to_string());
    assert_eq!(seen[1], seen[2]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_speak_french_or_english() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let french = ("fr", "Certains champs ne sont pas valides.", "Ce champ est obligatoire.");
    let english = ("en", "Some fields are not valid.", "This field is required.");
    let cases = [
        (None, french),
        (Some("fr"), french),
        (Some("en"), english),
        (Some("en-GB, fr;q=0.9"), english),
        (Some("en;q=0.3, fr-CH;q=0.4"), french),
        (Some("de, en;q=0.1"), english),
        (Some("de"), french),
        (Some("en;q=0"), french),
        (Some("*"), french),
        (Some(";;;q=,"), french),
    ];
    for (accepted, (tag, message, detail)) in cases {
        let request = app.post("/auth/login").json(&json!({}));
        let request = match accepted {
            Some(accepted) => request.header("Accept-Language", accepted),
            None => request,
        };
        let answer = request.send().await;
        let error = answer.json()["error"].take();
        assert_eq!(error["message"], message, "{accepted:?}");
        assert_eq!(error["details"][0]["message"], detail, "{accepted:?}");
        assert_eq!(answer.header("content-language"), Some(tag), "{accepted:?}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_safe_to_show_and_not_kept() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    for answer in [
        app.get("/courses").send().await,
        app.get("/auth/profile").bearer(&learner.token).send().await,
        app.get("/auth/profile").send().await,
        app.post("/auth/register").json(&newcomer(&new_email())).send().await,
        app.get("/nothing").send().await,
    ] {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("content-type", "application/json"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{answer}");
        }
        assert!(answer.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'")));
        assert!(answer.header("access-control-allow-origin").is_none() && answer.header("server").is_none());
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_that_make_no_sense_are_named() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    for (name, value, detail) in [
        ("X-Min-Position", "x", "X-Min-Position: invalid"),
        ("X-Min-Position", "-1", "X-Min-Position: invalid"),
        ("X-Min-Position", "+1", "X-Min-Position: invalid"),
        ("X-Min-Position", "18446744073709551616", "X-Min-Position: invalid"),
    ] {
        let answer = app.get("/courses").header(name, value).send().await;
        answer.assert_invalid("validation_failed", &[detail]);
    }
    let long = "k".repeat(256);
    for (name, value, detail) in [
        ("Idempotency-Key", "", "Idempotency-Key: required"),
        ("Idempotency-Key", long.as_str(), "Idempotency-Key: too_long"),
        ("Idempotency-Key", "clé", "Idempotency-Key: invalid"),
        ("If-Match", "1", "If-Match: invalid"),
        ("If-Match", "W/\"1\"", "If-Match: invalid"),
    ] {
        let request = app.post("/auth/register").header(name, value).json(&newcomer(&new_email()));
        request.send().await.assert_invalid("validation_failed", &[detail]);
    }
    assert_eq!(app.head().await, 0);
    // Where nothing is changed those two are not read.
    let _ = app.get("/courses").header("Idempotency-Key", &long).header("If-Match", "1").send().await.expect(200);
    app.stop().await;
}
