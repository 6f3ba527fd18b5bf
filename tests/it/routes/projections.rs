//! GET /admin/projections; POST, GET and DELETE …/rebuild; POST …/parked/:id/retry.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bson::{Document, doc};
use events::{RecordedEvent, StoredEvent, StreamType};
use futures::TryStreamExt as _;
use projectors::{DocKey, Documents, FoldError, Projection, Users};
use read_models::{ALL_PROJECTIONS, Collection};
use serde_json::{Value, json};
use tests::people::new_course;
use tests::{Answer, AppOptions, Person, TestApp, eventually, shape};
use uuid::Uuid;

fn rebuild_path(name: &str) -> String {
    format!("/admin/projections/{name}/rebuild")
}

async fn rebuild(app: &TestApp, admin: &Person, name: &str) -> Answer {
    app.post(&rebuild_path(name)).bearer(&admin.token).send().await
}

async fn state(app: &TestApp, admin: &Person, name: &str) -> Value {
    let answer = app.get(&rebuild_path(name)).bearer(&admin.token).send().await.expect(200);
    answer.data()["rebuild"].take()
}

async fn listed(app: &TestApp, admin: &Person, name: &str) -> Value {
    let answer = app.get("/admin/projections").bearer(&admin.token).send().await.expect(200);
    let all = answer.data()["projections"].as_array().unwrap().clone();
    all.into_iter().find(|projection| projection["name"] == name).unwrap()
}

fn rebuild_shape() -> Value {
    json!({
        "state": "string", "position": "integer", "target": "integer", "events_per_second": "number",
        "eta_seconds": "integer?", "started_at": "time", "finished_at": "time?", "error": "string?",
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn projections_are_listed_with_how_far_they_are() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let answer = app.get("/admin/projections").bearer(&admin.token).send().await.expect(200);
    let parked = json!({ "id": "uuid", "position": "integer", "error": "string", "since": "time" });
    let projection = json!({
        "name": "string", "version": "integer", "position": "integer", "head": "integer", "lag": "integer",
        "state": "string", "parked": [parked], "updated_at": "time?",
    });
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": { "projections": [projection] } }));
    let all = answer.data()["projections"].as_array().unwrap().clone();
    assert_eq!(all.iter().map(|one| one["name"].as_str().unwrap()).collect::<Vec<_>>(), ALL_PROJECTIONS);
    let head = app.head().await;
    eventually("all are live and have no lag", || async {
        let users = listed(&app, &admin, "users").await;
        let lag = users["head"].as_u64().unwrap() - users["position"].as_u64().unwrap();
        assert_eq!(users["lag"], lag);
        users["state"] == "live" && users["lag"] == 0 && users["head"] == head
    })
    .await;
    app.get("/admin/projections").bearer(&learner.token).send().await.assert_refused(403, "forbidden");
    app.stop().await;
    let app = TestApp::start(AppOptions::without_projections()).await;
    let admin = app.admin().await;
    assert_eq!(listed(&app, &admin, "users").await["state"], "stopped");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_rebuild_runs_at_a_time_and_can_be_cancelled() {
    // Nobody sees to it, so that it runs for as long as it is looked at.
    let app = TestApp::start(AppOptions::without_projections()).await;
    let admin = app.admin().await;
    let get = app.get(&rebuild_path("users")).bearer(&admin.token);
    get.send().await.assert_refused(404, "not_found");
    let answer = rebuild(&app, &admin, "users").await.expect(202);
    let expected = json!({ "success": "boolean", "data": { "rebuild": rebuild_shape() } });
    shape::assert_shape(&answer.json(), &expected);
    assert_eq!(answer.position(), app.head().await);
    rebuild(&app, &admin, "users").await.assert_refused(409, "rebuild_running");
    let running = state(&app, &admin, "users").await;
    shape::assert_shape(&running, &rebuild_shape());
    assert_eq!((&running["state"], &running["position"]), (&json!("running"), &json!(0)));
    assert_eq!(running["started_at"], answer.data()["rebuild"]["started_at"]);
    // Another is another.
    let _ = rebuild(&app, &admin, "courses").await.expect(202);
    let cancel = || app.delete(&rebuild_path("users")).bearer(&admin.token).send();
    shape::assert_shape(&cancel().await.expect(200).json(), &json!({ "success": "boolean", "message": "string" }));
    let cancelled = state(&app, &admin, "users").await;
    assert_eq!((&cancelled["state"], cancelled["finished_at"].is_string()), (&json!("cancelled"), true));
    cancel().await.assert_refused(404, "not_found");
    let _ = rebuild(&app, &admin, "users").await.expect(202);
    // The same request again is the same rebuild.
    let keyed = || app.post(&rebuild_path("audit")).bearer(&admin.token).key("once").send();
    let (first, second) = (keyed().await.expect(202), keyed().await.expect(202));
    assert_eq!(first.bytes, second.bytes);
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
    let unknown = rebuild_path("nothing");
    rebuild(&app, &admin, "nothing").await.assert_refused(404, "not_found");
    app.get(&unknown).bearer(&admin.token).send().await.assert_refused(404, "not_found");
    app.delete(&unknown).bearer(&admin.token).send().await.assert_refused(404, "not_found");
    app.stop().await;
}

/// All documents of the collections of courses and users.
async fn documents(app: &TestApp) -> Vec<Document> {
    let mut all = Vec::new();
    for projection in projectors::all().iter().filter(|projection| projection.name() != "audit") {
        for collection in projection.collections() {
            let found = app.log.database().collection::<Document>(collection.name);
            let sorted = found.find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap();
            all.extend(sorted.try_collect::<Vec<_>>().await.unwrap());
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_who_reads_meanwhile_notices() {
    let app = Arc::new(TestApp::start(AppOptions::default()).await);
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.published(&owner, &new_course("Excel, les bases")).await.id;
    let (stop, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let reading = {
        let (app, stop, reads, token) = (app.clone(), stop.clone(), reads.clone(), owner.token.clone());
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let _ = app.get(&format!("/courses/{course}")).send().await.expect(200);
                let list = app.get("/courses?search=excel").send().await.expect(200);
                assert_eq!(list.data()["pagination"]["total"], 1);
                let _ = app.get("/auth/profile").bearer(&token).send().await.expect(200);
                reads.fetch_add(3, Ordering::Relaxed);
            }
        })
    };
    let before = documents(&app).await;
    for _ in 0..3 {
        for name in ALL_PROJECTIONS {
            let _ = rebuild(&app, &admin, name).await.expect(202);
            eventually("rebuilt", || async { state(&app, &admin, name).await["state"] == "done" }).await;
            let done = state(&app, &admin, name).await;
            shape::assert_shape(&done, &rebuild_shape());
            assert!(done["finished_at"].is_string() && done["eta_seconds"].is_null(), "{done}");
            assert_eq!((&done["position"], &done["error"]), (&done["target"], &Value::Null));
        }
    }
    assert_eq!(documents(&app).await, before);
    stop.store(true, Ordering::Relaxed);
    reading.await.unwrap();
    assert!(reads.load(Ordering::Relaxed) > 30);
    // And it goes on: a command is seen at once.
    let path = format!("/courses/{}", app.draft(&owner, "Excel, la suite").await.id);
    assert_eq!(app.get(&path).bearer(&owner.token).send().await.expect(200).position(), app.head().await);
    Arc::into_inner(app).unwrap().stop().await;
}

/// Users, by code that does not understand changed profiles until it is put right.
struct Broken(Arc<AtomicBool>);

impl Projection for Broken {
    fn name(&self) -> &'static str {
        Users.name()
    }

    fn version(&self) -> u32 {
        Users.version()
    }

    fn collections(&self) -> &'static [Collection] {
        Users.collections()
    }

    fn handles(&self, stream: StreamType) -> bool {
        Users.handles(stream)
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        Users.keys(event)
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        Users.unreadable_keys(event)
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        if self.0.load(Ordering::Relaxed) && event.event.type_name() == "UserProfileChanged" {
            return Err(FoldError::Contradiction("not understood"));
        }
        Users.fold(event, docs)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_parked_is_shown_and_a_retry_puts_it_right() {
    let broken = Arc::new(AtomicBool::new(true));
    let others = projectors::all().into_iter().filter(|projection| projection.name() != "users");
    let projections = others.chain([Arc::new(Broken(broken.clone())) as Arc<dyn Projection>]).collect();
    let app = TestApp::start(AppOptions { projections, ..AppOptions::default() }).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let body = json!({ "first_name": "Augusta" });
    let _ = app.patch("/auth/profile").bearer(&learner.token).json(&body).send().await.expect(200);
    let profile = async || {
        let answer = app.get("/auth/profile").bearer(&learner.token).send().await.expect(200);
        answer.data()["user"].take()
    };
    let stale = profile().await;
    assert_eq!((&stale["first_name"], &stale["stale"]), (&json!("Ada"), &json!(true)));
    let users = listed(&app, &admin, "users").await;
    assert_eq!(users["state"], "parked");
    let parked = &users["parked"][0];
    assert!(parked["error"].as_str().unwrap().contains("not understood"), "{parked}");
    let path = format!("/admin/projections/users/parked/{}/retry", parked["id"].as_str().unwrap());
    let retry = || app.post(&path).bearer(&admin.token).send();

    // Too early: it fails as before.
    let answer = retry().await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "message": "string" }));
    broken.store(false, Ordering::Relaxed);
    let _ = retry().await.expect(200);
    eventually("put right", || async { listed(&app, &admin, "users").await["state"] == "live" }).await;
    let fresh = profile().await;
    assert_eq!((&fresh["first_name"], fresh.get("stale")), (&json!("Augusta"), None));
    retry().await.assert_refused(404, "not_found");
    let other = |name: &str, id: Uuid| format!("/admin/projections/{name}/parked/{id}/retry");
    for path in [other("users", Uuid::now_v7()), other("nothing", Uuid::now_v7())] {
        app.post(&path).bearer(&admin.token).send().await.assert_refused(404, "not_found");
    }
    let asked = app.events_after(0).await;
    assert_eq!(asked.iter().filter(|event| event.event_type == "ParkedRetryRequested").count(), 2);
    app.stop().await;
}
