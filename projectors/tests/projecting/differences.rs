//! Of a document that is there only what has changed is written, and what somebody else has done to it shows.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use bson::doc;
use events::{CourseId, CoursePublished};
use projectors::{Courses, WorkerError};
use uuid::Uuid;

use crate::history;
use crate::support::{Academy, with_academy};

const WAIT: Duration = Duration::from_millis(100);

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
        let error = loop {
            if let Err(error) = worker.run_once(WAIT).await {
                break error;
            }
        };
        assert!(matches!(error, WorkerError::Altered), "{error}");
        assert_eq!(academy.checkpoint("courses").await.unwrap().position, before, "nothing written");

        let mut next = academy.worker(Arc::new(Courses), 2).await;
        academy.catch_up(&mut next).await;
        let parked = academy.parked().await;
        assert!(parked.iter().any(|parked| parked.key == id.to_string()), "{parked:?}");
    });
}
