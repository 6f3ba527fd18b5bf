//! Of a document that is there only what has changed is written, and what somebody else has done to it shows.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use bson::doc;
use events::{CourseId, CoursePublished};
use projectors::{Audit, Courses, WorkerError};
use read_models::PositionKey;
use uuid::Uuid;

use crate::history;
use crate::support::{Academy, assert_same, until_error, with_academy};

async fn course(academy: &Academy) -> CourseId {
    let id = CourseId::new(Uuid::now_v7());
    let instructor = history::register(academy, "Ada").await;
    academy.append(vec![history::created(id, instructor, "Excel")], Vec::new()).await;
    id
}

async fn publish(academy: &Academy, course_id: CourseId) {
    academy.append(vec![history::of_course(course_id, CoursePublished { course_id })], Vec::new()).await;
}

fn courses(academy: &Academy) -> mongodb::Collection<bson::Document> {
    academy.log.database().collection("courses")
}

#[test]
fn fields_that_an_event_does_not_change_are_not_written() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        for carries in [true, false] {
            let id = course(&academy).await;
            let mut worker = academy.worker(Arc::new(Courses), if carries { 1 } else { 3 }).await;
            academy.catch_up(&mut worker).await;
            // Nobody does this; it shows what a write leaves alone.
            let touched = doc! { "$set": { "title": "Touched" } };
            courses(&academy).update_one(doc! { "_id": id.to_string() }, touched).await.unwrap();
            if !carries {
                worker = academy.worker(Arc::new(Courses), 4).await;
            }
            publish(&academy, id).await;
            academy.catch_up(&mut worker).await;
            let found = courses(&academy).find_one(doc! { "_id": id.to_string() }).await.unwrap().unwrap();
            assert_eq!(found.get_str("title").unwrap(), "Touched");
            assert_eq!(found.get_str("status").unwrap(), "published");
        }
    });
}

#[test]
fn a_document_that_somebody_took_away_ends_the_worker_and_the_next_one_parks_it() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        let id = course(&academy).await;
        let mut worker = academy.worker(Arc::new(Courses), 1).await;
        academy.catch_up(&mut worker).await;
        let before = worker.position();
        courses(&academy).delete_one(doc! { "_id": id.to_string() }).await.unwrap();
        publish(&academy, id).await;
        let error = until_error(&mut worker).await;
        assert!(matches!(error, WorkerError::Altered), "{error}");
        assert_eq!(academy.checkpoint("courses").await.unwrap().position, before, "nothing written");

        let mut next = academy.worker(Arc::new(Courses), 2).await;
        academy.catch_up(&mut next).await;
        let parked = academy.parked().await;
        assert!(parked.iter().any(|parked| parked.key == id.to_string()), "{parked:?}");
    });
}

#[test]
fn a_document_that_should_not_be_there_yet_ends_the_worker() {
    with_academy(&[Arc::new(Audit)], |academy| async move {
        history::register(&academy, "Ada").await;
        let mut worker = academy.worker(Arc::new(Audit), 1).await;
        academy.catch_up(&mut worker).await;
        // It is not even looked for: an event is indexed once.
        let strange = doc! { "_id": PositionKey::new(worker.position() + 2).to_string() };
        let index = academy.log.database().collection::<bson::Document>("audit_events");
        index.insert_one(strange.clone()).bypass_document_validation(true).await.unwrap();
        let before = academy.documents(&Audit).await;
        history::register(&academy, "Grace").await;
        let error = until_error(&mut worker).await;
        assert!(matches!(error, WorkerError::Altered), "{error}");
        assert_same(&academy.documents(&Audit).await, &before, "nothing written");

        index.delete_one(strange).await.unwrap();
        academy.catch_up(&mut academy.worker(Arc::new(Audit), 2).await).await;
        assert_eq!(index.count_documents(doc! {}).await.unwrap(), academy.log.head().await.unwrap().position);
    });
}
