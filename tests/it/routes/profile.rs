//! GET /auth/profile and GET /auth/verify-jwt: what a token opens.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use events::{Role, SessionId, UserId};
use serde_json::json;
use tests::{AppOptions, Person, TestApp, shape};
use uuid::Uuid;

fn token(app: &TestApp, user: &str, session: Uuid, now: DateTime<Utc>) -> String {
    let user = UserId::new(user.parse().unwrap());
    app.commands.tokens.mint(user, Role::Learner, SessionId::new(session), 1, now).unwrap().token
}

/// The session that a token names.
fn session(token: &str) -> Uuid {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<serde_json::Value>(&claims).unwrap()["sid"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_is_whole_and_carries_its_version() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    for (person, instructs, version) in
        [(app.learner().await, false, "\"1\""), (app.instructor(&admin).await, true, "\"2\"")]
    {
        let answer = app.get("/auth/profile").bearer(&person.token).send().await.expect(200);
        let expected = json!({ "success": "boolean", "data": { "user": shape::user(instructs) } });
        shape::assert_shape(&answer.json(), &expected);
        assert_eq!(answer.data()["user"]["_id"], person.id);
        assert_eq!(answer.header("etag"), Some(version));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(answer.position() <= app.head().await);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_token_is_told_what_it_is() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let answer = app.get("/auth/verify-jwt").bearer(&learner.token).send().await.expect(200);
    let expected = json!({ "valid": "boolean", "user_id": "uuid", "role": "=learner", "expires_at": "time" });
    shape::assert_shape(&answer.data(), &expected);
    let data = answer.data();
    assert_eq!((&data["valid"], &data["user_id"]), (&json!(true), &json!(learner.id)));
    let left = DateTime::parse_from_rfc3339(data["expires_at"].as_str().unwrap()).unwrap().to_utc() - Utc::now();
    assert!(left > TimeDelta::hours(23) && left <= TimeDelta::hours(24), "{left}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_good_token_gets_401() {
    let app = TestApp::start(AppOptions::default()).await;
    let (learner, other) = (app.learner().await, app.learner().await);
    let now = Utc::now();
    let Person { id, token: good, .. } = &learner;
    let tampered = {
        let (head, tail) = good.rsplit_once('.').unwrap();
        format!("{head}.{}{}", if tail.starts_with('A') { 'B' } else { 'A' }, &tail[1..])
    };
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).unwrap());
    let headers = [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {good}"),
        "Bearer x.y.z".to_owned(),
        format!("Bearer {tampered}"),
        format!("Bearer {unsigned}"),
        format!("Bearer {}", token(&app, id, session(good), now - TimeDelta::hours(25))),
        format!("Bearer {}", token(&app, id, Uuid::now_v7(), now)),
        format!("Bearer {}", token(&app, id, session(&other.token), now)),
        format!("Bearer {}", token(&app, &Uuid::now_v7().to_string(), session(good), now)),
    ];
    for path in ["/auth/profile", "/auth/verify-jwt"] {
        let answer = app.get(path).send().await;
        answer.assert_refused(401, "unauthorized");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        for header in &headers {
            app.get(path).header("Authorization", header).send().await.assert_refused(401, "unauthorized");
        }
        // The one that the others were made from is good, and so is one that is made alike.
        let _ = app.get(path).bearer(good).send().await.expect(200);
        let _ = app.get(path).bearer(&token(&app, id, session(good), now)).send().await.expect(200);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_and_sessions_die_by_the_clock() {
    let names = |name: &str| (name.to_owned(), "clock".to_owned());
    let later = |days: i64| AppOptions {
        clock_offset: days * 86_400,
        settings: HashMap::from([names("HAR_MONGODB_DATABASE"), names("HAR_NATS_PREFIX")]),
        ..AppOptions::default()
    };
    let app = TestApp::start(later(0)).await;
    let learner = app.learner().await;
    app.stop().await;
    for (days, status) in [(6, 200), (8, 401)] {
        let app = TestApp::start(later(days)).await;
        let now = Utc::now() + TimeDelta::days(days);
        // The token has died after a day, the session lives for a week.
        app.get("/auth/verify-jwt").bearer(&learner.token).send().await.assert_refused(401, "unauthorized");
        let fresh = token(&app, &learner.id, session(&learner.token), now);
        let answer = app.get("/auth/verify-jwt").bearer(&fresh).send().await;
        assert_eq!(answer.status, status, "{answer}");
        let again = app.login(&learner.email).await;
        let _ = app.get("/auth/verify-jwt").bearer(&again.token).send().await.expect(200);
        app.stop().await;
    }
}
