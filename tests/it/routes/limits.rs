//! How often one may try to log in, to register, to have a mail sent.

use std::collections::BTreeMap;
use std::net::IpAddr;

use futures::TryStreamExt as _;
use futures::future::join_all;
use mongodb::bson::{Document, doc};
use mongodb::options::ReadConcern;
use serde_json::{Value, json};
use tests::people::{PASSWORD, new_email, newcomer};
use tests::{Answer, AppOptions, TestApp};

const WRONG: &str = "Wrong-horse-1";
/// Ten minutes, and the ten seconds that a slot is wide.
const WINDOW: i64 = 610;

fn with(settings: &[(&str, &str)]) -> AppOptions {
    let mut options = AppOptions::with_limits();
    options.settings.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    options
}

async fn log_in(app: &TestApp, from: &str, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    app.post("/auth/login").header("X-Forwarded-For", from).header("X-Request-Id", "same").json(&body).send().await
}

async fn register(app: &TestApp, from: &str, body: &Value) -> Answer {
    app.post("/auth/register").header("X-Forwarded-For", from).json(body).send().await
}

#[track_caller]
fn retry_after(refused: &Answer) -> i64 {
    refused.assert_refused(429, "rate_limited");
    let seconds = refused.header("retry-after").and_then(|text| text.parse().ok());
    seconds.filter(|seconds| (1..=WINDOW).contains(seconds)).unwrap_or_else(|| panic!("{refused}"))
}

fn by_status(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.status).or_default() += 1;
    }
    counts
}

async fn documents(app: &TestApp, collection: &str) -> Vec<Document> {
    // As one member has them: counters are not waited for by a majority.
    let collection = app.log.database().collection::<Document>(collection);
    let found = collection.find(doc! {}).read_concern(ReadConcern::local()).await.unwrap();
    found.try_collect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sixth_attempt_of_an_address_has_to_wait() {
    let app = TestApp::start(AppOptions::with_limits()).await;
    let learner = app.learner().await;
    let attempts = [WRONG, PASSWORD, WRONG, PASSWORD, WRONG];
    for (password, status) in attempts.into_iter().zip([401, 200, 401, 200, 401]) {
        let _ = log_in(&app, "192.0.2.1", &learner.email, password).await.expect(status);
        // Bodies that name nobody to let in don't count.
        let malformed = app.post("/auth/login").header("X-Forwarded-For", "192.0.2.1").json(&json!({})).send();
        malformed.await.assert_refused(400, "validation_failed");
    }
    let refused = log_in(&app, "192.0.2.1", &learner.email, PASSWORD).await;
    let wait = retry_after(&refused);
    let _ = log_in(&app, "192.0.2.2", &learner.email, PASSWORD).await.expect(200);

    let clock = app.commands.commands.clock();
    clock.shift_to(wait / 2);
    assert!(retry_after(&log_in(&app, "192.0.2.1", &learner.email, PASSWORD).await) <= wait - wait / 2);
    clock.shift_to(wait);
    let _ = log_in(&app, "192.0.2.1", &learner.email, PASSWORD).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_at_once_five_pass() {
    let app = TestApp::start(AppOptions::with_limits()).await;
    let attempts = (0..50).map(|_| log_in(&app, "192.0.2.1", "nobody@example.org", WRONG));
    let answers = join_all(attempts).await;
    assert_eq!(by_status(&answers), BTreeMap::from([(401, 5), (429, 45)]));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_what_one_customer_has() {
    let app = TestApp::start(AppOptions::with_limits()).await;
    for host in 1..=5 {
        let _ = log_in(&app, &format!("2001:db8:0:1::{host}"), "nobody@example.org", WRONG).await.expect(401);
        let _ = log_in(&app, "::ffff:192.0.2.1", "somebody@example.org", WRONG).await.expect(401);
    }
    let _ = retry_after(&log_in(&app, "2001:db8:0:1:ffff::1", "nobody@example.org", WRONG).await);
    let _ = retry_after(&log_in(&app, "192.0.2.1", "nobody@example.org", WRONG).await);
    // What a client writes left of its own address is not believed.
    let _ = retry_after(&log_in(&app, "198.51.100.1, 192.0.2.1", "nobody@example.org", WRONG).await);
    let _ = log_in(&app, "2001:db8:0:2::1", "nobody@example.org", WRONG).await.expect(401);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_guess_twenty_times_and_lock_no_owner_out() {
    let app = TestApp::start(AppOptions::with_limits()).await;
    let email = new_email();
    let _ = register(&app, "192.0.2.1", &newcomer(&email)).await.expect(201);
    let _ = log_in(&app, "192.0.2.2", &email, PASSWORD).await.expect(200);
    let mut refused = Vec::new();
    for email in [email.as_str(), "nobody@example.org"] {
        let from: Vec<String> = (1..=30).map(|host| format!("198.51.100.{host}")).collect();
        let shouted = email.to_uppercase();
        let guesses = join_all(from.iter().map(|from| log_in(&app, from, &shouted, WRONG))).await;
        assert_eq!(by_status(&guesses), BTreeMap::from([(401, 20), (429, 10)]), "{email}");
        refused.push(log_in(&app, "203.0.113.1", email, PASSWORD).await);
    }
    // Nothing tells whether there is such an account.
    assert_eq!(refused[0].text(), refused[1].text());
    assert!(retry_after(&refused[0]).abs_diff(retry_after(&refused[1])) <= 60);

    // Where the account has registered and logged in before.
    let _ = log_in(&app, "192.0.2.1", &email, WRONG).await.expect(401);
    let _ = log_in(&app, "192.0.2.1", &email, PASSWORD).await.expect(200);
    let _ = log_in(&app, "192.0.2.2", &email, PASSWORD).await.expect(200);
    // That address is known to this account alone.
    let _ = retry_after(&log_in(&app, "192.0.2.2", "nobody@example.org", PASSWORD).await);

    app.commands.commands.clock().shift_to(WINDOW);
    let _ = log_in(&app, "203.0.113.1", &email, PASSWORD).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_password_is_no_failure() {
    let app = TestApp::start(with(&[("HAR_LOGIN_FAILURE_LIMIT", "1")])).await;
    let learner = app.learner().await;
    for host in 1..=3 {
        let _ = log_in(&app, &format!("198.51.100.{host}"), &learner.email, PASSWORD).await.expect(200);
    }
    let suspended = app.learner().await;
    let admin = app.admin().await;
    let _ = app.change_user(&admin, &suspended, &json!({ "status": "suspended" })).await.expect(200);
    for host in 1..=3 {
        let answer = log_in(&app, &format!("198.51.100.{host}"), &suspended.email, PASSWORD).await;
        answer.assert_refused(400, "user_suspended");
    }
    let _ = log_in(&app, "203.0.113.1", &learner.email, WRONG).await.expect(401);
    let _ = retry_after(&log_in(&app, "203.0.113.2", &learner.email, PASSWORD).await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_count_together() {
    let one = TestApp::start(AppOptions::with_limits()).await;
    let names = one.log.names();
    let two = TestApp::start(with(&[
        ("HAR_MONGODB_DATABASE", names.database.as_str()),
        ("HAR_NATS_PREFIX", names.prefix.as_str()),
    ]))
    .await;
    let apps = [&one, &two];
    let attempts = (0..20).map(|turn| log_in(apps[turn % 2], "192.0.2.1", "nobody@example.org", WRONG));
    let answers = join_all(attempts).await;
    assert_eq!(by_status(&answers), BTreeMap::from([(401, 5), (429, 15)]));
    for app in apps {
        let _ = retry_after(&log_in(app, "192.0.2.1", "nobody@example.org", WRONG).await);
    }
    two.stop().await;
    one.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registrations_of_an_address_are_limited() {
    let app = TestApp::start(with(&[("HAR_REGISTER_LIMIT", "3")])).await;
    for _ in 0..3 {
        register(&app, "192.0.2.1", &json!({})).await.assert_refused(400, "validation_failed");
        let _ = register(&app, "192.0.2.1", &newcomer(&new_email())).await.expect(201);
    }
    let head = app.head().await;
    let _ = retry_after(&register(&app, "192.0.2.1", &newcomer(&new_email())).await);
    assert_eq!(app.head().await, head);
    let _ = register(&app, "192.0.2.2", &newcomer(&new_email())).await.expect(201);
    app.commands.commands.clock().shift_to(WINDOW);
    let _ = register(&app, "192.0.2.1", &newcomer(&new_email())).await.expect(201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_mails_an_hour_go_to_an_address() {
    let app = TestApp::start(AppOptions::with_limits()).await;
    let (limiter, emails) = (&app.commands.limiter, &app.commands.emails);
    let name = emails.name("ada@example.org");
    for _ in 0..5 {
        limiter.mail(&name).await.unwrap();
    }
    let refused = limiter.mail(&name).await.unwrap_err();
    assert_eq!((refused.status().as_u16(), refused.code()), (429, "rate_limited"));
    limiter.mail(&emails.name("grace@example.org")).await.unwrap();
    let wait = i64::try_from(refused.retry_after_seconds().unwrap()).unwrap();
    assert!((3_000..=3_660).contains(&wait), "{wait}");
    app.commands.commands.clock().shift_to(wait);
    limiter.mail(&name).await.unwrap();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_stays_small_and_goes_by_itself() {
    let app = TestApp::start(AppOptions::default()).await;
    let ip: IpAddr = "192.0.2.1".parse().unwrap();
    for slot in 0..100 {
        app.commands.commands.clock().shift_to(slot * 10);
        for _ in 0..2 {
            app.commands.limiter.login(ip).await.unwrap();
        }
    }
    let counters = documents(&app, "rate_limits").await;
    let [counter] = counters.as_slice() else { panic!("{counters:?}") };
    let slots = counter.get_array("slots").unwrap().len();
    assert!((30..=61).contains(&slots), "{slots}");

    let mut expiries = Vec::new();
    for name in ["rate_limits", "known_addresses"] {
        let indexes = app.log.database().collection::<Document>(name).list_indexes().await.unwrap();
        let indexes: Vec<_> = indexes.try_collect().await.unwrap();
        let expiring =
            indexes.into_iter().filter_map(|index| Some((index.keys, index.options?.expire_after?.as_secs())));
        expiries.extend(expiring);
    }
    assert_eq!(expiries, [(doc! { "expires_at": 1 }, 0), (doc! { "seen_at": 1 }, 90 * 86_400)]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_address_is_stored_and_the_pseudonyms_go_with_the_person() {
    let app = TestApp::start(AppOptions::with_limits()).await;
    let (email, other) = (new_email(), new_email());
    let person = register(&app, "192.0.2.77", &newcomer(&email)).await.expect(201).data();
    let _ = register(&app, "192.0.2.77", &newcomer(&other)).await.expect(201);
    let _ = log_in(&app, "192.0.2.77", &email, PASSWORD).await.expect(200);
    let _ = log_in(&app, "198.51.100.77", &email, PASSWORD).await.expect(200);
    let _ = log_in(&app, "203.0.113.77", &email, WRONG).await.expect(401);

    let (counters, known) = (documents(&app, "rate_limits").await, documents(&app, "known_addresses").await);
    let claim = app.commands.emails.name(&email);
    let stored = format!("{counters:?} {known:?}");
    for secret in ["192.0.2.77", "198.51.100.77", "203.0.113.77", email.as_str(), claim.as_str()] {
        assert!(!stored.contains(secret), "{secret} is in {stored}");
    }
    // Three addresses have logged in, one has registered, one account was guessed at.
    assert_eq!(counters.len(), 5, "{counters:?}");
    assert_eq!(known.len(), 3, "{known:?}");

    let id = person["user"]["_id"].as_str().unwrap();
    app.commands.limiter.forget(id.parse().unwrap()).await;
    let left = documents(&app, "known_addresses").await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert_ne!(left[0].get_str("owner").unwrap(), id);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_has_five_links_mailed_an_hour_whether_anybody_has_it_or_not() {
    let app = TestApp::start(AppOptions::with_limits()).await;
    let learner = app.learner().await;
    let ask = |email: String| app.post("/auth/request-password-reset").json(&json!({ "email": email })).send();
    for (email, answered) in [(learner.email.clone(), 200), (new_email(), 400)] {
        for _ in 0..5 {
            let _ = ask(email.clone()).await.expect(answered);
        }
        let refused = ask(email.clone()).await;
        refused.assert_refused(429, "rate_limited");
        assert!(refused.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok_and(|n| n > 0)));
    }
    app.clock.shift_to(62 * 60);
    let _ = ask(learner.email.clone()).await.expect(200);
    app.stop().await;
}
