//! Rebuilding: the same documents, beside those that serve, in their place, whatever breaks it off.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use bson::{Document, doc};
use events::{ProjectionControlEvent, RebuildCancelled, RebuildCause, RebuildRequested, StreamId, StreamType};
use projectors::{Audit, Courses, Projection, RebuildOptions, Users, start_with};
use read_models::{Rebuild, RebuildState};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::altered::Altered;
use crate::history;
use crate::support::{Academy, assert_same, eventually, with_academy};

/// All in one window, and so little in each that there are many.
const ONE: RebuildOptions = RebuildOptions { window_bytes: usize::MAX, batch_events: 2_000 };
const MANY: RebuildOptions = RebuildOptions { window_bytes: 8 * 1024, batch_events: 5 };

async fn control(academy: &Academy, name: &str, event: impl Into<ProjectionControlEvent>) {
    let stream = StreamId::new(StreamType::ProjectionControl, name);
    academy.append(vec![(stream, event.into().into())], Vec::new()).await;
}

async fn request(academy: &Academy, name: &str) -> Uuid {
    let rebuild_id = Uuid::now_v7();
    let (projection, cause) = (name.to_owned(), RebuildCause::Operator);
    control(academy, name, RebuildRequested { projection, rebuild_id, cause }).await;
    rebuild_id
}

async fn record(academy: &Academy, name: &str) -> Option<Rebuild> {
    academy.log.database().collection("rebuilds").find_one(doc! { "_id": name }).await.unwrap()
}

/// Runs worker and rebuilder of a projection until the condition holds.
async fn run_until<F: Future<Output = bool>>(
    academy: &Academy,
    projection: Arc<dyn Projection>,
    options: RebuildOptions,
    what: &str,
    condition: impl FnMut() -> F,
) {
    let stop = CancellationToken::new();
    let running = start_with(&academy.log, &academy.nats, vec![projection], &stop, options);
    eventually(what, condition).await;
    stop.cancel();
    running.ended().await.unwrap();
}

async fn rebuilt(academy: &Academy, projection: Arc<dyn Projection>, id: Uuid, options: RebuildOptions) -> Rebuild {
    let name = projection.name();
    // It is over when the log says so as well: that comes last.
    let is_over = || async {
        let id = id.to_string();
        record(academy, name).await.is_some_and(|found| found.rebuild_id == id && found.state.is_over())
            && academy.events().await.iter().any(|event| {
                event.event_type.as_str() == "RebuildEnded" && event.data["rebuild_id"].as_str() == Some(&id)
            })
    };
    run_until(academy, projection, options, "rebuilt", is_over).await;
    record(academy, name).await.unwrap()
}

async fn is_clean(academy: &Academy) -> bool {
    let names = academy.log.database().list_collection_names().await.unwrap();
    !names.iter().any(|name| name.contains("__"))
        && academy.parked().await.iter().all(|parked| !parked.projection.starts_with("rebuild:"))
}

#[test]
fn rebuilt_documents_are_the_same_in_one_window_and_in_many() {
    let all: [Arc<dyn Projection>; 3] = [Arc::new(Users), Arc::new(Courses), Arc::new(Audit)];
    with_academy(&all.clone(), |academy| async move {
        history::random(&academy, 71, 300).await;
        for projection in all {
            let name = projection.name();
            academy.catch_up(&mut academy.worker(projection.clone(), 1).await).await;
            for (options, generation) in [(ONE, 1), (MANY, 2)] {
                let before = academy.documents(&*projection).await;
                let id = request(&academy, name).await;
                let rebuild = rebuilt(&academy, projection.clone(), id, options).await;
                assert_eq!((rebuild.state, rebuild.error), (RebuildState::Done, None), "{name}");
                let verification = rebuild.verification.unwrap();
                assert_eq!((verification.differing, verification.examples), (0, Vec::<String>::new()), "{name}");
                assert!(verification.compared > 0, "{name}");
                let checkpoint = academy.checkpoint(name).await.unwrap();
                assert_eq!(checkpoint.generation, generation);
                assert!(checkpoint.position >= rebuild.written);
                if name == "audit" {
                    // What was asked for is an event as well.
                    assert!(academy.documents(&*projection).await.len() >= before.len());
                } else {
                    assert_same(&academy.documents(&*projection).await, &before, name);
                }
                assert!(is_clean(&academy).await);
                let ended = academy.events().await.pop().unwrap();
                assert_eq!((ended.event_type.as_str(), &ended.data["outcome"]), ("RebuildEnded", &json!("done")));
            }
        }
    });
}

#[test]
fn documents_that_were_tampered_with_are_told_and_put_right() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        history::random(&academy, 72, 80).await;
        academy.catch_up(&mut academy.worker(Arc::new(Users), 1).await).await;
        let before = academy.documents(&Users).await;
        let users = academy.log.database().collection::<Document>("users");
        let some: Document = users.find_one(doc! {}).await.unwrap().unwrap();
        let other = users.find_one(doc! { "_id": { "$ne": some.get_str("_id").unwrap() } }).await.unwrap().unwrap();
        users.update_one(doc! { "_id": some.get("_id") }, doc! { "$set": { "role": "admin" } }).await.unwrap();
        users.delete_one(doc! { "_id": other.get("_id") }).await.unwrap();
        let id = request(&academy, "users").await;
        let rebuild = rebuilt(&academy, Arc::new(Users), id, ONE).await;
        let mut expected = [&some, &other].map(|document| format!("users/{}", document.get_str("_id").unwrap()));
        expected.sort();
        assert_eq!(rebuild.verification.unwrap().examples, expected);
        assert_same(&academy.documents(&Users).await, &before, "as they were");
    });
}

#[test]
fn a_raised_version_rebuilds_itself_and_parks_what_fails() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        let ada = history::register(&academy, "Ada").await;
        let _ = history::register(&academy, "Grace").await;
        academy.catch_up(&mut academy.worker(Arc::new(Users), 1).await).await;
        let before = academy.documents(&Users).await;
        academy.append(vec![history::accounts::profile(ada, "Augusta", None)], Vec::new()).await;
        for options in [ONE, MANY] {
            let version = Users.version() + 1;
            let newer = Altered { version, misunderstood: Some("UserProfileChanged"), ..Altered::of(&Users) };
            let is_live = || async {
                let checkpoint = academy.checkpoint("users").await.unwrap();
                let head = academy.log.head().await.unwrap().position;
                checkpoint.version == version && checkpoint.position == head
            };
            run_until(&academy, Arc::new(newer), options, "of the new version", is_live).await;
            let parked = academy.parked().await;
            assert!(!parked.is_empty() && parked.iter().all(|parked| parked.projection == "users"), "{parked:?}");
            let mut documents = academy.documents(&Users).await;
            let of_ada = documents.get_mut(&("users".to_owned(), ada.to_string())).unwrap();
            assert_eq!(of_ada.as_object_mut().unwrap().remove("stale"), Some(json!(true)));
            assert_same(&documents, &before, "but for what is parked");
            // The older code's again, for the next round.
            let checkpoints = academy.log.database().collection::<Document>("projections");
            let older = doc! { "$set": { "version": 1_i64 } };
            checkpoints.update_one(doc! { "_id": "users" }, older).await.unwrap();
        }
    });
}

#[test]
fn a_rebuild_that_is_cancelled_leaves_nothing_behind() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        history::random(&academy, 73, 100).await;
        academy.catch_up(&mut academy.worker(Arc::new(Users), 1).await).await;
        let before = academy.documents(&Users).await;
        let id = request(&academy, "users").await;
        let cancelled = || RebuildCancelled { projection: "users".to_owned(), rebuild_id: id };
        // Begun, and broken off by the end of its process.
        let begun = || async { record(&academy, "users").await.is_some() };
        run_until(&academy, Arc::new(Users), MANY, "begun", begun).await;
        if record(&academy, "users").await.unwrap().state.is_over() {
            return; // A fast machine.
        }
        control(&academy, "users", cancelled()).await;
        let is_over = || async { record(&academy, "users").await.unwrap().state.is_over() };
        run_until(&academy, Arc::new(Users), MANY, "over", is_over).await;
        let state = record(&academy, "users").await.unwrap().state;
        if state != RebuildState::Done {
            assert_eq!(state, RebuildState::Cancelled);
            assert_eq!(academy.checkpoint("users").await.unwrap().generation, 0);
        }
        assert_same(&academy.documents(&Users).await, &before, "as before");
        eventually("clean", || is_clean(&academy)).await;
    });
}

#[test]
fn a_rebuild_that_is_broken_off_again_and_again_comes_to_its_end() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        history::random(&academy, 74, 250).await;
        academy.catch_up(&mut academy.worker(Arc::new(Courses), 1).await).await;
        let before = academy.documents(&Courses).await;
        let id = request(&academy, "courses").await;
        let mut rounds = 0_u64;
        loop {
            let stop = CancellationToken::new();
            let courses: Vec<Arc<dyn Projection>> = vec![Arc::new(Courses)];
            let running = start_with(&academy.log, &academy.nats, courses, &stop, MANY);
            // Broken off at another instant each time; a busy machine is given longer and longer.
            tokio::time::sleep(Duration::from_millis(100 + rounds * 37 % 400 + rounds * 5)).await;
            stop.cancel();
            running.ended().await.unwrap();
            rounds += 1;
            if record(&academy, "courses").await.is_some_and(|found| found.state.is_over()) {
                break;
            }
            assert!(rounds < 200, "{:?}", record(&academy, "courses").await);
        }
        let rebuild = record(&academy, "courses").await.unwrap();
        assert_eq!((rebuild.rebuild_id, rebuild.state), (id.to_string(), RebuildState::Done));
        assert_same(&academy.documents(&Courses).await, &before, "after many ends");
        assert!(rounds > 1, "it was broken off");
    });
}
