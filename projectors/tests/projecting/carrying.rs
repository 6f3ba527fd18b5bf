//! Documents are carried from batch to batch, and batches folded upon each other: nothing wrong comes of it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use bson::doc;
use events::{CourseId, UserId};
use futures::StreamExt as _;
use projectors::{Courses, Projection, Retried, Users, Worker, WorkerError};
use read_models::{Announcement, Parked};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Academy, PATIENCE, assert_same, until_error, with_academy};
use crate::{history, oracle};

async fn course(academy: &Academy, instructor: UserId, title: &str) -> CourseId {
    let id = CourseId::new(Uuid::now_v7());
    academy.append(vec![history::created(id, instructor, title)], Vec::new()).await;
    id
}

#[test]
fn batches_that_are_folded_upon_each_other_give_the_fold_of_the_log() {
    let both: [Arc<dyn Projection>; 2] = [Arc::new(Users), Arc::new(Courses)];
    with_academy(&both.clone(), |academy| async move {
        history::random(&academy, 51, 200).await;
        for (projection, size) in both.into_iter().zip([3, 7]) {
            let worker = Worker::take_over(projection, &academy.log, &academy.nats, 1, size).await;
            academy.catch_up(&mut worker.unwrap()).await;
        }
        let (users, courses) = oracle::expected(&academy).await;
        assert_same(&academy.documents(&Users).await, &users, "users");
        assert_same(&academy.documents(&Courses).await, &courses, "courses");
    });
}

#[test]
fn a_worker_that_carries_old_documents_writes_nothing() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        let ada = history::register(&academy, "Ada").await;
        course(&academy, ada, "Excel").await;
        let mut old = academy.worker(Arc::new(Courses), 1).await;
        academy.catch_up(&mut old).await;
        course(&academy, ada, "Python").await;
        let mut new = academy.worker(Arc::new(Courses), 2).await;
        academy.catch_up(&mut new).await;

        // What the old one carries knows nothing of the second course. It would be lost.
        course(&academy, ada, "R").await;
        let between = academy.documents(&Courses).await;
        let events = academy.events().await;
        let error = old.apply(events[usize::try_from(old.position()).unwrap()..].to_vec()).await.unwrap_err();
        assert!(matches!(error, WorkerError::Stale), "{error}");
        assert_same(&academy.documents(&Courses).await, &between, "nothing written");
        academy.catch_up(&mut new).await;
        assert_same(&academy.documents(&Courses).await, &oracle::expected(&academy).await.1, "by the new one");
    });
}

#[test]
fn a_refused_batch_leaves_nothing_behind_in_memory() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        let ada = history::register(&academy, "Ada").await;
        let grace = history::register(&academy, "Grace").await;
        let mut of_ada = Vec::new();
        for (instructor, title) in
            [(ada, "Excel"), (grace, "Refused"), (ada, "R"), (grace, "Lua"), (ada, "Refused too"), (ada, "Go")]
        {
            let id = course(&academy, instructor, title).await;
            of_ada.extend((instructor == ada).then_some(id.to_string()));
        }
        // What is refused is in the log as it should be; the collection is not.
        let refusing = doc! { "collMod": "courses", "validator": { "title": { "$ne": "Refused" } } };
        academy.log.database().run_command(refusing).await.unwrap();
        // Two courses in a batch, so that the refused one takes another with it, and more is folded on top meanwhile.
        let mut worker = Worker::take_over(Arc::new(Courses), &academy.log, &academy.nats, 1, 8).await.unwrap();
        academy.catch_up(&mut worker).await;

        let documents = academy.documents(&Courses).await;
        let instructor = &documents[&("course_instructors".to_owned(), ada.to_string())];
        assert_eq!(instructor["course_ids"], json!(of_ada), "each of them once");
        assert_eq!(documents.keys().filter(|(collection, _)| collection == "courses").count(), of_ada.len());
        assert_eq!(academy.parked().await.len(), 3, "two courses and their instructor");
        assert_eq!(worker.parked(), 3);

        read_models::ensure(academy.log.database(), Courses.collections()).await.unwrap();
        let record = Parked::id_of("courses", "course_instructors", &grace.to_string());
        assert!(matches!(worker.retry(&record).await.unwrap(), Retried::Done { .. }));
        course(&academy, grace, "Haskell").await;
        academy.catch_up(&mut worker).await;
        assert_same(&academy.documents(&Courses).await, &oracle::expected(&academy).await.1, "after the retry");
    });
}

#[test]
fn what_is_not_durable_is_not_announced() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        let subject = academy.log.names().positions_subject("users");
        let mut heard = academy.nats.subscribe(subject.clone()).await.unwrap();
        academy.nats.flush().await.unwrap();
        history::register(&academy, "Ada").await;
        let mut worker = academy.worker(Arc::new(Users), 1).await;

        // A transaction of somebody else that keeps the checkpoint: nothing can be committed.
        let mut session = academy.log.client().start_session().await.unwrap();
        session.start_transaction().await.unwrap();
        let checkpoints = academy.log.database().collection::<bson::Document>("projections");
        let touch = doc! { "$set": { "updated_at": "2000-01-01T00:00:00.000Z" } };
        checkpoints.update_one(doc! { "_id": "users" }, touch).session(&mut session).await.unwrap();
        let error = until_error(&mut worker).await;
        assert!(matches!(error, WorkerError::Contended), "{error}");
        assert_eq!(worker.position(), 0);
        session.abort_transaction().await.unwrap();
        assert_eq!(academy.documents(&Users).await.len(), 0, "nothing written");

        // The next one does it, all of it, and says so.
        let mut next = academy.worker(Arc::new(Users), 2).await;
        academy.catch_up(&mut next).await;
        let head = academy.log.head().await.unwrap().position;
        assert_same(&academy.documents(&Users).await, &oracle::expected(&academy).await.0, "by the next one");
        let hearing = async {
            loop {
                let message = heard.next().await.unwrap();
                let said: Announcement = serde_json::from_slice(&message.payload).unwrap();
                assert!(said.epoch == 2 || said.position == 0, "{said:?}");
                if said.position == head {
                    break;
                }
            }
        };
        tokio::time::timeout(PATIENCE, hearing).await.expect("announced");
    });
}
