//! Who wrote it reads it: `X-Position`, `X-Min-Position`, `Prefer`, `X-Projection`.

use std::time::Duration;

use event_log::Leases;
use projectors::{BATCH_EVENTS, Worker};
use read_models::lease_name;
use serde_json::json;
use tests::people::{new_email, newcomer};
use tests::{AppOptions, PATIENCE, TestApp, scaled};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_reads_their_profile_at_once() {
    let app = TestApp::start(AppOptions::default()).await;
    for _ in 0..scaled(200) {
        let answer = app.post("/auth/register").json(&newcomer(&new_email())).send().await.expect(201);
        assert!(!answer.is_pending());
        let data = answer.data();
        let profile = app.get("/auth/profile").bearer(data["token"].as_str().unwrap()).send().await.expect(200);
        assert_eq!(profile.data()["user"], data["user"]);
        assert!(profile.position() >= answer.position());
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_would_not_wait_says_later_how_far_it_must_be() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    for round in 0..scaled(100) {
        let title = format!("Excel, partie {round}");
        let create = app.post("/courses").bearer(&admin.token).respond_async().json(&tests::people::new_course(&title));
        let answer = create.send().await.expect(201);
        assert!(answer.is_pending());
        let position = answer.position().to_string();
        let path = format!("/courses/{}", tests::people::id_of(&answer, "course"));
        let shown = app.get(&path).bearer(&admin.token).header("X-Min-Position", &position).send().await.expect(200);
        assert_eq!(shown.data()["course"], answer.data()["course"]);
        assert!(shown.position() >= answer.position());
    }
    app.stop().await;
}

/// Nobody works but the test: what waits must still be waiting when the workers come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_waits_for_workers_that_are_behind() {
    let options = AppOptions { read_wait: PATIENCE, ..AppOptions::without_projections() };
    let app = TestApp::start(options).await;
    let leases = Leases::new(app.log.database());
    let mut epochs = Vec::new();
    for projection in projectors::all() {
        let held = leases.acquire(&lease_name(projection.name()), "test").await.unwrap().unwrap();
        epochs.push((projection, held.epoch));
    }
    let register = app.post("/auth/register").respond_async().json(&newcomer(&new_email()));
    let answer = register.send().await.expect(201);
    let data = answer.data();
    let profile = app.get("/auth/profile").bearer(data["token"].as_str().unwrap());
    let list = app.get("/courses").header("X-Min-Position", &answer.position().to_string());
    let waiting = tokio::spawn(async move {
        tokio::join!(profile.header("X-Min-Position", &answer.position().to_string()).send(), list.send())
    });
    for (projection, epoch) in epochs {
        // They are there, though not quick.
        let held = leases.acquire(&lease_name(projection.name()), "test").await.unwrap();
        assert_eq!(held.map(|held| held.epoch), Some(epoch));
        let mut worker = Worker::take_over(projection, &app.log, &app.nats, epoch, BATCH_EVENTS).await.unwrap();
        while worker.position() < app.head().await {
            worker.run_once(Duration::from_millis(50)).await.unwrap();
        }
    }
    let (profile, list) = waiting.await.unwrap();
    assert_eq!(profile.expect(200).data()["user"], data["user"]);
    assert_eq!(list.expect(200).position(), app.head().await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_waits_in_vain_says_so() {
    let options = AppOptions { read_wait: Duration::from_millis(100), ..AppOptions::default() };
    let app = TestApp::start(options).await;
    let admin = app.admin().await;
    let paths = ["/courses", "/auth/profile", "/courses/0190a5b0-0000-7000-8000-000000000001"];
    for position in [(app.head().await + 1).to_string(), u64::MAX.to_string()] {
        for path in paths {
            let answer = app.get(path).bearer(&admin.token).header("X-Min-Position", &position).send().await;
            answer.assert_refused(503, "read_model_behind");
            let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=10).contains(&seconds));
        }
    }
    // What asks no read collection does not wait for any.
    let verify = app.get("/auth/verify-jwt").bearer(&admin.token).header("X-Min-Position", "1000");
    assert_eq!(verify.send().await.expect(200).data()["valid"], json!(true));
    app.stop().await;
}
