//! A worker that has been replaced can't write any more.
#![allow(clippy::panic)]

use std::sync::Arc;

use projectors::{BATCH_EVENTS, Courses, Projection, Users, Worker, WorkerError};

use crate::support::{assert_same, with_academy};
use crate::{history, oracle};

#[test]
fn a_stale_worker_writes_nothing() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        history::random(&academy, 11, 60).await;
        let events = academy.events().await;
        let mut old = academy.worker(Arc::new(Users), 1).await;
        old.apply(events[..20].to_vec()).await.unwrap();
        let before = academy.documents(&Users).await;

        let mut new = academy.worker(Arc::new(Users), 2).await;
        assert_eq!(new.position(), 20);
        let error = old.apply(events[20..].to_vec()).await.unwrap_err();
        assert!(matches!(error, WorkerError::Stale), "{error}");
        assert_same(&academy.documents(&Users).await, &before, "nothing written");
        assert_eq!(academy.checkpoint("users").await.unwrap().position, 20);

        academy.catch_up(&mut new).await;
        assert_same(&academy.documents(&Users).await, &oracle::expected(&academy).await.0, "by the new one");
    });
}

#[test]
fn two_workers_of_one_epoch_do_not_write_the_same_events() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        history::random(&academy, 12, 60).await;
        let events = academy.events().await;
        let mut one = academy.worker(Arc::new(Courses), 1).await;
        let mut other = academy.worker(Arc::new(Courses), 1).await;
        one.apply(events.clone()).await.unwrap();
        assert!(matches!(other.apply(events).await, Err(WorkerError::Stale)));
        assert_same(&academy.documents(&Courses).await, &oracle::expected(&academy).await.1, "written once");
    });
}

#[test]
fn an_earlier_epoch_can_not_take_over() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        academy.worker(Arc::new(Users), 5).await;
        let late = Worker::take_over(Arc::new(Users), &academy.log, &academy.nats, 4, BATCH_EVENTS).await;
        assert!(matches!(late.err(), Some(WorkerError::Stale)));
        assert_eq!(academy.checkpoint("users").await.unwrap().epoch, 5);
    });
}

#[test]
fn documents_of_another_version_are_left_alone() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        academy.worker(Arc::new(Users), 1).await;
        let checkpoints = academy.log.database().collection::<bson::Document>("projections");
        let version = bson::doc! { "$set": { "version": 7_i64 } };
        checkpoints.update_one(bson::doc! { "_id": "users" }, version).await.unwrap();
        let other = Worker::take_over(Arc::new(Users), &academy.log, &academy.nats, 2, BATCH_EVENTS).await;
        let Some(WorkerError::OtherVersion { found: 7, expected }) = other.err() else { panic!("it took over") };
        assert_eq!(expected, Users.version());
    });
}
