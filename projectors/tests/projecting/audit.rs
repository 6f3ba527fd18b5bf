//! The index of all events.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use events::{CourseId, Position, StoredEvent, UserId};
use projectors::{Audit, Projection, Users};
use read_models::views::events_of_person;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::altered::Altered;
use crate::history;
use crate::support::{Academy, Documents, PATIENCE, assert_same, with_academy};

fn audit() -> Vec<Arc<dyn Projection>> {
    vec![Arc::new(Audit)]
}

/// The index of these events, from their JSON alone.
fn index(events: &[StoredEvent]) -> Documents {
    let entry = |event: &StoredEvent| {
        let stored = serde_json::to_value(event).unwrap();
        let mut document = json!({ "_id": format!("{:019}", event.position), "actor_id": stored["actor"]["user_id"] });
        for name in ["id", "stream_type", "stream_id", "version", "type", "time", "subject_ids", "correlation_id"] {
            document[name] = stored[name].clone();
        }
        (("audit_events".to_owned(), format!("{:019}", event.position)), document)
    };
    let mut index: Documents = events.iter().map(entry).collect();
    for event in events {
        let (time, block) = (json!(event.time), format!("{:019}", event.position / 1_000 * 1_000));
        let fresh = || json!({ "_id": block, "earliest": time, "latest": time });
        let block = index.entry(("audit_blocks".to_owned(), block.clone())).or_insert_with(fresh);
        if block["earliest"].as_str() > time.as_str() {
            block["earliest"] = time.clone();
        }
        if block["latest"].as_str() < time.as_str() {
            block["latest"] = time;
        }
    }
    index
}

#[test]
fn batches_keep_their_distance_and_none_is_held_back() {
    with_academy(&audit(), |academy| async move {
        history::random(&academy, 52, 20).await;
        let events = academy.events().await;
        let mut worker = academy.worker(Arc::new(Audit), 1).await;
        let begun = Instant::now();
        for (count, batch) in (1..).zip(events.chunks(5)) {
            worker.apply(batch.to_vec()).await.unwrap();
            assert_eq!(worker.position(), batch.last().unwrap().position);
            assert!(begun.elapsed() >= Audit.pace() * count, "batch {count} after {:?}", begun.elapsed());
        }
        assert!(!Audit.pace().is_zero());
    });
}

#[test]
fn what_comes_alone_holds_nobody_back() {
    with_academy(&audit(), |academy| async move {
        history::random(&academy, 53, 5).await;
        let hourly = Altered { pace: Duration::from_secs(3_600), ..Altered::of(&Audit) };
        let mut worker = academy.worker(Arc::new(hourly), 1).await;
        for event in academy.events().await {
            let position = event.position;
            tokio::time::timeout(PATIENCE, worker.apply(vec![event])).await.unwrap().unwrap();
            assert_eq!(worker.position(), position);
        }
    });
}

#[test]
fn every_event_is_indexed_whatever_is_repeated_or_left_out() {
    with_academy(&audit(), |academy| async move {
        history::random(&academy, 51, 200).await;
        let events = academy.events().await;
        let mut worker = academy.worker(Arc::new(Audit), 1).await;
        worker.apply(events[..40].to_vec()).await.unwrap();
        assert_eq!(worker.apply(events[..50].to_vec()).await.unwrap().events, 10);
        let holed = [&events[50..60], &events[65..70]].concat();
        assert_eq!(worker.apply(holed).await.unwrap().events, 10);
        assert_same(&academy.documents(&Audit).await, &index(&events[..60]), "up to the hole");
        academy.catch_up(&mut worker).await;
        assert_eq!(worker.apply(events.clone()).await.unwrap().events, 0);
        assert!(events.len() >= 200);
        assert_same(&academy.documents(&Audit).await, &index(&events), "all");
        let kinds: std::collections::BTreeSet<_> = events.iter().map(|event| event.stream_type).collect();
        assert!(kinds.len() >= 4, "{kinds:?}");
    });
}

#[test]
fn an_event_that_is_not_known_is_indexed_and_parks_nothing() {
    with_academy(&[Arc::new(Audit), Arc::new(Users)], |academy| async move {
        let ada = history::register(&academy, "Ada").await;
        academy.append(vec![history::signed_in(ada)], Vec::new()).await;
        let mut events = academy.events().await;
        events[0].event_type = "NeverHeardOf".to_owned();
        events[2].schema_version = 99;
        events[3].data = json!({ "of": "another shape" });
        let step = academy.worker(Arc::new(Audit), 1).await.apply(events.clone()).await.unwrap();
        assert_eq!((step.documents, step.parked), (events.len() + 1, 0));
        assert_same(&academy.documents(&Audit).await, &index(&events), "all");
        assert_eq!(academy.parked().await, []);
        // Which others do park on.
        let step = academy.worker(Arc::new(Users), 1).await.apply(events).await.unwrap();
        assert!(step.parked > 0);
    });
}

#[test]
fn nothing_personal_is_in_the_index() {
    with_academy(&audit(), |academy| async move {
        let ada = history::register(&academy, "Canary").await;
        let mut worker = academy.worker(Arc::new(Audit), 1).await;
        academy.catch_up(&mut worker).await;
        let all = |documents: &Documents| Value::from_iter(documents.values().cloned()).to_string();
        let before = academy.documents(&Audit).await;
        for personal in ["Canary", "@example.org", "192.0.2.7", "Firefox", "cipher", "argon2"] {
            assert!(!all(&before).contains(personal), "{personal}");
        }
        assert!(all(&before).contains(&ada.to_string()));
        history::erase(&academy, ada).await;
        academy.catch_up(&mut worker).await;
        assert_same(&academy.documents(&Audit).await, &index(&academy.events().await), "also of the erased");
    });
}

async fn found(academy: &Academy, person: UserId, range: (Position, Position), limit: u32) -> Vec<Position> {
    events_of_person(academy.log.database(), person, range, limit).await.unwrap()
}

#[test]
fn the_events_of_a_person_are_found_in_order() {
    with_academy(&audit(), |academy| async move {
        let (ada, grace) = (history::register(&academy, "Ada").await, history::register(&academy, "Grace").await);
        let course = CourseId::new(Uuid::now_v7());
        academy.append(vec![history::created(course, ada, "Excel"), history::published(course)], Vec::new()).await;
        academy.append(vec![history::signed_in(grace)], Vec::new()).await;
        academy.append(vec![history::signed_in(ada)], Vec::new()).await;
        let mut worker = academy.worker(Arc::new(Audit), 1).await;
        academy.catch_up(&mut worker).await;
        // Three each for registering; the course is published by nobody that is known.
        assert_eq!(found(&academy, ada, (0, 100), 100).await, [1, 2, 3, 7, 10]);
        assert_eq!(found(&academy, grace, (0, 100), 100).await, [4, 5, 6, 9]);
        assert_eq!(found(&academy, ada, (2, 9), 100).await, [3, 7]);
        assert_eq!(found(&academy, ada, (1, 100), 2).await, [2, 3]);
        assert_eq!(found(&academy, UserId::new(Uuid::now_v7()), (0, 100), 100).await, Vec::<Position>::new());
        let positions = found(&academy, ada, (0, 100), 100).await;
        let events = academy.log.read_at(&positions).await.unwrap();
        assert_eq!(events.iter().map(|event| event.position).collect::<Vec<_>>(), positions);
        assert_eq!(academy.log.read_at(&[]).await.unwrap(), []);
        for missing in [&[99][..], &[0, 1]] {
            assert!(academy.log.read_at(missing).await.is_err(), "{missing:?}");
        }
    });
}
