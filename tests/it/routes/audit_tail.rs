//! GET /admin/audit/stream.

use serde_json::json;
use tests::{AppOptions, EventSource, Person, Request, TestApp};

fn tail(app: &TestApp, admin: &Person) -> Request {
    app.get("/admin/audit/stream").bearer(&admin.token)
}

/// The events that come next, by position.
async fn positions(source: &mut EventSource, count: usize) -> Vec<u64> {
    let mut positions = Vec::new();
    while positions.len() < count {
        let (id, event) = source.next().await.unwrap();
        assert_eq!(event["position"].to_string(), id);
        assert!(event["data"].is_object() && event["hash"].is_string(), "{event}");
        positions.push(id.parse().unwrap());
    }
    positions
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_as_they_happen_and_go_on_where_they_stopped() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let head = app.head().await;
    let mut source = tail(&app, &admin).open().await.unwrap();
    // That it is read comes first.
    let (_, first) = source.next().await.unwrap();
    assert_eq!((&first["type"], &first["data"]["view"]), (&json!("AuditTrailRead"), &json!("tail")));
    let learner = app.learner().await;
    let (_, second) = source.next().await.unwrap();
    assert_eq!(second["position"], head + 2);
    drop(source);
    let _ = app.login(&learner.email).await;
    let last = app.head().await;
    let mut source = tail(&app, &admin).header("Last-Event-ID", &(head + 2).to_string()).open().await.unwrap();
    let rest = positions(&mut source, usize::try_from(last - head - 2).unwrap()).await;
    assert_eq!(rest, (head + 3..=last).collect::<Vec<_>>());
    // From the beginning, in order, without a hole.
    let request = app.get("/admin/audit/stream?after=0").bearer(&admin.token);
    let all = positions(&mut request.open().await.unwrap(), usize::try_from(last).unwrap()).await;
    assert_eq!(all, (1..=last).collect::<Vec<_>>());
    for (name, value) in [("Last-Event-ID", "x"), ("Last-Event-ID", "999999"), ("Last-Event-ID", "-1")] {
        let refused = tail(&app, &admin).header(name, value).open().await.unwrap_err();
        refused.assert_refused(400, "validation_failed");
    }
    tail(&app, &learner).open().await.unwrap_err().assert_refused(403, "forbidden");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_signed_out_sees_no_more() {
    let app = TestApp::start(AppOptions::default()).await;
    let (first, second) = (app.admin().await, app.admin().await);
    let mut source = tail(&app, &first).open().await.unwrap();
    assert!(source.next().await.is_some());
    let _ = app.post("/auth/logout").bearer(&first.token).send().await.expect(200);
    while let Some((_, event)) = source.next().await {
        // What happened before the session ended may still have been on its way.
        assert_ne!(event["type"], "SessionRevoked");
    }
    // Nor who is no admin any more.
    let first = app.login(&first.email).await;
    let mut source = tail(&app, &first).open().await.unwrap();
    let _ = app.change_user(&second, &first, &json!({ "role": "learner" })).await.expect(200);
    while let Some((_, event)) = source.next().await {
        assert_ne!(event["type"], "UserRoleChanged");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_with_the_process() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let mut source = tail(&app, &admin).open().await.unwrap();
    assert!(source.next().await.is_some());
    let stopped = std::time::Instant::now();
    app.stop().await;
    assert!(source.next().await.is_none());
    assert!(stopped.elapsed() < std::time::Duration::from_secs(9), "the ports did not have to cut it off");
}
