//! Waiting for projections, and the workers as a process runs them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use projectors::{Courses, Projection, Users};
use read_models::{Announcement, Positions, Waited};
use tokio_util::sync::CancellationToken;

use crate::support::{PATIENCE, assert_same, eventually, with_academy};
use crate::{history, oracle};

const NAMES: [&str; 2] = ["users", "courses"];

fn both() -> Vec<Arc<dyn Projection>> {
    vec![Arc::new(Users), Arc::new(Courses)]
}

#[test]
fn who_waits_is_told_when_all_have_come_so_far() {
    with_academy(&both(), |academy| async move {
        let stop = CancellationToken::new();
        let positions = Positions::start(&academy.log, academy.nats.clone(), stop.clone());
        let workers = projectors::start(&academy.log, &academy.nats, both(), &stop);
        // Until the first lease is taken nobody is known to work.
        history::register(&academy, "Ada").await;
        let first = academy.log.head().await.unwrap().position;
        eventually("first position", || async { positions.wait(&NAMES, first, PATIENCE).await == Waited::Reached })
            .await;
        for seed in 31..36 {
            history::random(&academy, seed, 20).await;
            let head = academy.log.head().await.unwrap().position;
            assert_eq!(positions.wait(&NAMES, head, PATIENCE).await, Waited::Reached);
            assert!(positions.current(&NAMES).await.unwrap() >= head);
            let (users, courses) = oracle::expected(&academy).await;
            assert_same(&academy.documents(&Users).await, &users, "users at the position");
            assert_same(&academy.documents(&Courses).await, &courses, "courses at the position");
        }
        stop.cancel();
        tokio::time::timeout(PATIENCE, workers.ended()).await.expect("the workers end").unwrap();
    });
}

#[test]
fn nobody_is_waited_for_who_is_not_there() {
    with_academy(&both(), |academy| async move {
        history::register(&academy, "Ada").await;
        let head = academy.log.head().await.unwrap().position;
        let positions = Positions::start(&academy.log, academy.nats.clone(), CancellationToken::new());
        let started = Instant::now();
        assert_eq!(positions.wait(&NAMES, head, PATIENCE).await, Waited::Down);
        assert!(started.elapsed() < PATIENCE / 2, "at once, not at the limit");
        assert_eq!(positions.current(&NAMES).await.unwrap(), 0);
        assert_eq!(positions.wait(&[], head, PATIENCE).await, Waited::Reached, "nothing to wait for");
    });
}

#[test]
fn a_worker_that_is_behind_is_waited_for_up_to_the_limit() {
    with_academy(&both(), |academy| async move {
        history::register(&academy, "Ada").await;
        let leases = event_log::Leases::new(academy.log.database());
        leases.acquire(&read_models::lease_name("users"), "somebody slow").await.unwrap().unwrap();
        let positions = Positions::start(&academy.log, academy.nats.clone(), CancellationToken::new());
        let limit = Duration::from_millis(200);
        assert_eq!(positions.wait(&["users"], 1, limit).await, Waited::Behind { slowest: 0 });
    });
}

#[test]
fn announcements_are_enough() {
    with_academy(&both(), |academy| async move {
        // Somebody holds the lease, and there is no checkpoint: only announcements can tell.
        let leases = event_log::Leases::new(academy.log.database());
        leases.acquire(&read_models::lease_name("users"), "somebody").await.unwrap().unwrap();
        let positions = Positions::start(&academy.log, academy.nats.clone(), CancellationToken::new());
        let subject = academy.log.names().positions_subject("users");
        let announce = |position, epoch| {
            let announcement = Announcement { projection: "users".to_owned(), position, epoch };
            academy.nats.publish(subject.clone(), serde_json::to_vec(&announcement).unwrap().into())
        };
        eventually("heard", || async {
            announce(5, 2).await.unwrap();
            positions.wait(&["users"], 5, Duration::from_millis(30)).await == Waited::Reached
        })
        .await;
        // Of an epoch that is over, and then of a new one that begins further back.
        announce(9, 1).await.unwrap();
        announce(3, 3).await.unwrap();
        eventually("the later epoch counts", || async { positions.current(&["users"]).await.unwrap() == 3 }).await;
    });
}

#[test]
fn without_nats_the_checkpoints_are_read() {
    with_academy(&both(), |academy| async move {
        let nowhere = event_log::connect_nats("nats://127.0.0.1:9", "test").await.unwrap();
        let stop = CancellationToken::new();
        let positions = Positions::start(&academy.log, nowhere.clone(), stop.clone());
        let workers = projectors::start(&academy.log, &nowhere, both(), &stop);
        let user = history::register(&academy, "Ada").await;
        let course = events::CourseId::new(uuid::Uuid::now_v7());
        academy.append(vec![history::created(course, user, "Excel")], Vec::new()).await;
        let head = academy.log.head().await.unwrap().position;
        eventually("reached", || async { positions.wait(&NAMES, head, PATIENCE).await == Waited::Reached }).await;
        stop.cancel();
        tokio::time::timeout(PATIENCE, workers.ended()).await.expect("the workers end").unwrap();
    });
}

#[test]
fn another_process_takes_over() {
    with_academy(&both(), |academy| async move {
        let positions = Positions::start(&academy.log, academy.nats.clone(), CancellationToken::new());
        let (first, second) = (CancellationToken::new(), CancellationToken::new());
        let ones = projectors::start(&academy.log, &academy.nats, both(), &first);
        let others = projectors::start(&academy.log, &academy.nats, both(), &second);
        for (seed, stop) in [(41, Some(&first)), (42, None)] {
            history::random(&academy, seed, 40).await;
            let head = academy.log.head().await.unwrap().position;
            eventually("reached", || async { positions.wait(&NAMES, head, PATIENCE).await == Waited::Reached }).await;
            stop.into_iter().for_each(CancellationToken::cancel);
        }
        let (users, courses) = oracle::expected(&academy).await;
        assert_same(&academy.documents(&Users).await, &users, "users");
        assert_same(&academy.documents(&Courses).await, &courses, "courses");
        second.cancel();
        let ended = async { tokio::try_join!(ones.ended(), others.ended()) };
        tokio::time::timeout(PATIENCE, ended).await.expect("they end").unwrap();
    });
}

#[test]
fn positions_are_announced_also_when_nothing_moves() {
    with_academy(&both(), |academy| async move {
        let mut heard = academy.nats.subscribe(academy.log.names().positions_subject("users")).await.unwrap();
        academy.nats.flush().await.unwrap();
        history::register(&academy, "Ada").await;
        let mut worker = academy.worker(Arc::new(Users), 3).await;
        academy.catch_up(&mut worker).await;
        let position = worker.position();
        let announcing = async {
            loop {
                worker.run_once(Duration::from_millis(100)).await.unwrap();
            }
        };
        let listening = async {
            // The batch itself, and then again and again.
            for _ in 0..3 {
                let message = heard.next().await.unwrap();
                let announcement: Announcement = serde_json::from_slice(&message.payload).unwrap();
                assert_eq!(announcement, Announcement { projection: "users".to_owned(), position, epoch: 3 });
            }
        };
        tokio::time::timeout(PATIENCE, async {
            tokio::select! { () = announcing => {}, () = listening => {} }
        })
        .await
        .expect("announced");
    });
}
