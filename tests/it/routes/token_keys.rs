//! The keys of access tokens: made once, known to every process, renewed while everything runs.

use std::time::{Duration, Instant};

use access::{TokenKeyStore, TokenKeys};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bson::doc;
use chrono::{DateTime, TimeDelta, Utc};
use command_api::signing_keys::{SigningError, SigningKeys, rotate};
use event_log::LogNames;
use events::{Role, SessionId, UserId};
use reqwest::Method;
use serde_json::Value;
use service_kit::auth::{AccessClaims, SigningKey};
use service_kit::clock::Clock;
use service_kit::settings::SecretKey;
use tests::{AppOptions, TestApp};
use uuid::Uuid;

const DAY: i64 = 86_400;

fn part(token: &str, index: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap()).unwrap()
}

/// The name of the key that a token was signed with.
fn kid(token: &str) -> String {
    part(token, 0)["kid"].as_str().unwrap().to_owned()
}

/// The names in the JWKS document, sorted.
async fn shown(app: &TestApp) -> Vec<String> {
    let keys = app.root(Method::GET, "/.well-known/jwks.json").send().await.expect(200).json();
    let keys = keys["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

/// A store that no app uses.
async fn store(app: &TestApp) -> TokenKeyStore {
    let name = format!("{}_k", app.log.names().database);
    TokenKeyStore::open(app.log.client(), &LogNames::new(&name, &name)).await.unwrap()
}

/// What a process knows of it.
async fn ring(store: &TokenKeyStore) -> TokenKeys {
    TokenKeys::open(store.clone(), Clock::new(0)).await.unwrap()
}

fn claims(keys: &TokenKeys, now: DateTime<Utc>) -> AccessClaims {
    keys.tokens().claims(Uuid::now_v7(), Uuid::now_v7(), "learner", now, TimeDelta::hours(24))
}

fn current(keys: &SigningKeys, now: DateTime<Utc>) -> SigningKey {
    keys.current(now).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_processes_that_start_at_once_one_makes_the_first_key_and_all_verify() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let store = store(&app).await;
    let (one, other, reading) = (ring(&store).await, ring(&store).await, ring(&store).await);
    assert!(reading.known().is_empty());
    let secret = SecretKey::new([1; 32]);
    let (one, other) = tokio::join!(SigningKeys::open(one, &secret), SigningKeys::open(other, &secret));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(store.all().await.unwrap().len(), 1);
    let now = Utc::now();
    for signing in [&one, &other] {
        let token = current(signing, now).sign(&claims(&reading, now)).unwrap();
        for keys in [one.public(), other.public(), &reading] {
            assert_eq!(keys.verify(&token, now).await.unwrap().typ, "access");
        }
    }
    // What is stored opens under the secret only.
    let stored = &store.all().await.unwrap()[0];
    assert_eq!(stored.kid, current(&one, now).verifying().kid());
    let stranger = SigningKeys::open(ring(&store).await, &SecretKey::new([2; 32])).await;
    assert!(matches!(stranger.err(), Some(SigningError::AnotherSecret)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_refuses_nobody() {
    let app = TestApp::start(AppOptions::default()).await;
    let early = app.learner().await;
    let (store, first) = (app.token_keys.store(), kid(&early.token));
    // Another process, which does not look by itself.
    let late = TokenKeys::open(store.clone(), app.clock.clone()).await.unwrap();
    assert_eq!(shown(&app).await, [first.as_str()]);

    let second = rotate(store, &app.token_secret, app.clock.now()).await.unwrap();
    app.token_keys.refresh().await.unwrap();
    let both = sorted(vec![first.clone(), second.kid.clone()]);
    assert_eq!(shown(&app).await, both);
    // Announced, and not used yet.
    assert_eq!(kid(&app.login(&early.email).await.token), first);
    // The last token of the former key.
    let user = UserId::new(early.id.parse().unwrap());
    let session = SessionId::new(part(&early.token, 1)["sid"].as_str().unwrap().parse().unwrap());
    let last_second = second.signs_from.to_chrono() - TimeDelta::seconds(1);
    let last = app.commands.tokens.mint(user, Role::Learner, session, 1, last_second).unwrap().token;
    assert_eq!(kid(&last), first);

    app.clock.shift_to(30);
    let renewed = app.login(&early.email).await;
    assert_eq!(kid(&renewed.token), second.kid);
    for token in [&early.token, &last, &renewed.token] {
        let _ = app.get("/auth/verify-jwt").bearer(token).send().await.expect(200);
    }
    // Who has not looked yet does so when a token names the new key, within a second of its last look at the latest.
    let asking = async {
        while late.verify(&renewed.token, app.clock.now()).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.expect("the new key is found");

    // Just before the last token of the former key is over, and when its key is.
    app.clock.shift_to(DAY - 60);
    app.token_keys.refresh().await.unwrap();
    assert_eq!(shown(&app).await, both);
    let _ = app.get("/auth/verify-jwt").bearer(&last).send().await.expect(200);
    app.clock.shift_to(DAY + 30 + 60);
    app.token_keys.refresh().await.unwrap();
    assert_eq!(shown(&app).await, [second.kid.as_str()]);
    app.get("/auth/verify-jwt").bearer(&last).send().await.assert_refused(401, "unauthorized");
    let again = app.login(&early.email).await;
    assert_eq!(kid(&again.token), second.kid);
    let _ = app.get("/auth/verify-jwt").bearer(&again.token).send().await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_rotations_at_once_each_ends_the_key_before_it() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let (store, secret) = (store(&app).await, SecretKey::new([1; 32]));
    let now = Utc::now();
    let _ = rotate(&store, &secret, now).await.unwrap();
    let made = futures::future::join_all((0..4).map(|_| rotate(&store, &secret, now))).await;
    let made = made.into_iter().filter(Result::is_ok).count();
    let all = store.all().await.unwrap();
    assert!(made >= 1 && all.len() == made + 1, "{made} of 4, {all:?}");
    let generations: Vec<i64> = all.iter().map(|key| key.generation).collect();
    assert_eq!(generations, (1..=all.len() as i64).collect::<Vec<_>>());
    let ended: Vec<bool> = all.iter().map(|key| key.verifies_until.is_some()).collect();
    assert_eq!(ended.iter().filter(|ended| !**ended).count(), 1);
    assert_eq!(ended.last(), Some(&false));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_brings_a_changed_secret_into_use() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let (store, former, changed) = (store(&app).await, SecretKey::new([1; 32]), SecretKey::new([2; 32]));
    let before = SigningKeys::open(ring(&store).await, &former).await.unwrap();
    let now = Utc::now();
    let first = current(&before, now).verifying().kid().to_owned();
    let second = rotate(&store, &changed, now).await.unwrap().kid;
    let after = SigningKeys::open(ring(&store).await, &changed).await.unwrap();
    assert_eq!(current(&after, now).verifying().kid(), second);
    // Who still has the former secret signs with what it opens.
    before.public().refresh().await.unwrap();
    for now in [now, now + TimeDelta::seconds(31)] {
        assert_eq!(current(&before, now).verifying().kid(), first);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_keys_do_not_reach_mongodb_each_time() {
    const REQUESTS: usize = 60;
    let app = TestApp::start(AppOptions::without_projections()).await;
    let keys = app.log.client().database(&app.log.names().keys_database);
    keys.run_command(doc! { "profile": 2 }).await.unwrap();
    let begun = Instant::now();
    for seed in 0..REQUESTS {
        let foreign = SigningKey::from_seed(&[u8::try_from(seed).unwrap(); 32]).unwrap();
        let token = foreign.sign(&claims(&app.token_keys, Utc::now())).unwrap();
        app.get("/auth/profile").bearer(&token).send().await.assert_refused(401, "unauthorized");
    }
    // The first look may have been spared by the one at the start; then one more that is sure to be seen.
    app.token_keys.refresh().await.unwrap();
    let allowed = begun.elapsed().as_secs() * 11 / 10 + 4;
    keys.run_command(doc! { "profile": 0 }).await.unwrap();
    let looks = doc! { "ns": format!("{}.token_keys", keys.name()), "op": "query" };
    let looks = keys.collection::<bson::Document>("system.profile").count_documents(looks).await.unwrap();
    assert!((1..=allowed).contains(&looks), "{looks} looks in {:?}", begun.elapsed());
    assert!(allowed < REQUESTS as u64, "too slow a machine to tell: {:?}", begun.elapsed());
    app.stop().await;
}
