//! What fails is parked with what it touches; the rest goes on; a retry folds anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use events::{
    CourseCreated, CourseEvent, CourseId, Event, LessonId, ModuleId, RecordedEvent, StoredEvent, StreamType, UserId,
};
use projectors::{Courses, DocKey, Documents, FoldError, Projection, Retried, Users};
use read_models::{Course, CourseInstructor, ParkCause, Parked};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Academy, assert_same, with_academy};
use crate::{history, oracle};

/// Two courses of two persons; the first has a module and a lesson.
struct Two {
    persons: [UserId; 2],
    courses: [CourseId; 2],
    module: ModuleId,
}

async fn two(academy: &Academy) -> Two {
    let persons = [history::register(academy, "Ada").await, history::register(academy, "Grace").await];
    let courses = [CourseId::new(Uuid::now_v7()), CourseId::new(Uuid::now_v7())];
    let module = ModuleId::new(Uuid::now_v7());
    let events = vec![
        history::created(courses[0], persons[0], "Excel"),
        history::created(courses[1], persons[1], "Python"),
        history::module_added(courses[0], module, 1),
        history::lesson_added(courses[0], module, LessonId::new(Uuid::now_v7()), 1),
        history::published(courses[0]),
        history::published(courses[1]),
    ];
    academy.append(events, Vec::new()).await;
    Two { persons, courses, module }
}

/// The events of the log, as they would be if one of them were unknown to this code. The log itself is in order: to it
/// a retry is what a release is that knows the event.
async fn with_unknown(academy: &Academy, is_it: impl Fn(&StoredEvent) -> bool) -> (Vec<StoredEvent>, u64) {
    let mut events = academy.events().await;
    let unknown = events.iter_mut().find(|event| is_it(event)).unwrap();
    unknown.event_type = "NeverHeardOf".to_owned();
    let position = unknown.position;
    (events, position)
}

fn of<'a>(parked: &'a [Parked], collection: &str, id: impl ToString) -> &'a Parked {
    let id = id.to_string();
    parked.iter().find(|parked| parked.collection == collection && parked.key == id).expect("a park record")
}

#[test]
fn an_unknown_event_parks_its_document_and_what_comes_behind() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        let two = two(&academy).await;
        let (events, position) = with_unknown(&academy, |event| event.event_type == "ModuleAdded").await;
        let mut worker = academy.worker(Arc::new(Courses), 1).await;
        let step = worker.apply(events).await.unwrap();
        assert_eq!(worker.position(), academy.log.head().await.unwrap().position, "the rest goes on");

        let parked = academy.parked().await;
        let course = of(&parked, "courses", two.courses[0]);
        assert_eq!((course.cause, course.position, course.events), (ParkCause::Failed, position, 3));
        assert_eq!(course.last_position, position + 2, "lesson and publication queue");
        assert!(course.error.contains("NeverHeardOf"), "{}", course.error);
        let module = of(&parked, "modules", two.module);
        assert_eq!((module.cause, module.position), (ParkCause::Behind, position + 1), "all of the lesson's documents");
        assert_eq!(parked.len(), 3, "course, module and lesson");
        assert_eq!(step.parked, 3);

        let documents = academy.documents(&Courses).await;
        let course = |id: CourseId| &documents[&("courses".to_owned(), id.to_string())];
        assert_eq!(course(two.courses[0])["stale"], json!(true));
        assert_eq!(course(two.courses[0])["status"], json!("draft"));
        assert_eq!(course(two.courses[1])["status"], json!("published"));
        assert_eq!(course(two.courses[1]).get("stale"), None);
        assert!(!documents.keys().any(|(collection, _)| collection == "modules"), "half of an event is nothing");
    });
}

#[test]
fn what_names_a_parked_document_queues_even_if_it_would_not_touch_it() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        let two = two(&academy).await;
        let (events, position) = with_unknown(&academy, |event| event.event_type == "UserRegistered").await;
        academy.worker(Arc::new(Users), 1).await.apply(events).await.unwrap();
        let parked = academy.parked().await;
        assert_eq!(of(&parked, "users", two.persons[0]).position, position);
        // The creation of a course writes the lookup only, but its person is one of its keys.
        assert_eq!(of(&parked, "user_courses", two.courses[0]).cause, ParkCause::Behind);
        let documents = academy.documents(&Users).await;
        assert!(!documents.contains_key(&("user_courses".to_owned(), two.courses[0].to_string())));
        assert!(documents.contains_key(&("user_courses".to_owned(), two.courses[1].to_string())));
    });
}

#[test]
fn parked_documents_stay_parked_for_the_next_worker() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        let two = two(&academy).await;
        let (events, _) = with_unknown(&academy, |event| event.event_type == "CoursePublished").await;
        academy.worker(Arc::new(Courses), 1).await.apply(events).await.unwrap();
        let stale = academy.documents(&Courses).await;

        let another = ModuleId::new(Uuid::now_v7());
        academy.append(vec![history::module_added(two.courses[0], another, 1)], Vec::new()).await;
        let mut next = academy.worker(Arc::new(Courses), 2).await;
        academy.catch_up(&mut next).await;
        assert_same(&academy.documents(&Courses).await, &stale, "nothing moves behind a parked document");
        let parked = academy.parked().await;
        assert_eq!(of(&parked, "courses", two.courses[0]).events, 2);
        assert_eq!(of(&parked, "modules", another).cause, ParkCause::Behind);
    });
}

#[test]
fn a_retry_folds_anew_and_unparks() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        let two = two(&academy).await;
        history::random(&academy, 21, 60).await;
        let (events, _) = with_unknown(&academy, |event| event.event_type == "ModuleAdded").await;
        let mut worker = academy.worker(Arc::new(Courses), 1).await;
        worker.apply(events).await.unwrap();
        assert_ne!(academy.documents(&Courses).await, oracle::expected(&academy).await.1);

        let record = Parked::id_of("courses", "modules", &two.module.to_string());
        let retried = worker.retry(&record).await.unwrap();
        // Person, course, module, lesson: what is connected, and no more.
        assert_eq!(retried, Retried::Done { documents: 4 });
        assert_eq!(academy.parked().await, []);
        assert_same(&academy.documents(&Courses).await, &oracle::expected(&academy).await.1, "after the retry");
        assert_eq!(worker.retry(&record).await.unwrap(), Retried::NotParked);

        academy.append(vec![history::module_added(two.courses[0], ModuleId::new(Uuid::now_v7()), 1)], Vec::new()).await;
        academy.catch_up(&mut worker).await;
        assert_same(&academy.documents(&Courses).await, &oracle::expected(&academy).await.1, "it follows again");
    });
}

#[test]
fn an_unknown_event_of_unknown_documents_parks_its_stream() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        let two = two(&academy).await;
        let (mut events, _) = with_unknown(&academy, |event| event.event_type == "SessionStarted").await;
        events
            .iter_mut()
            .filter(|event| event.event_type == "NeverHeardOf")
            .for_each(|event| event.subject_ids.clear());
        let mut worker = academy.worker(Arc::new(Users), 1).await;
        worker.apply(events).await.unwrap();
        let parked = academy.parked().await;
        assert_eq!(parked.len(), 1);
        assert_eq!(parked[0].collection, format!("stream:{}", StreamType::Session));
        let user = || async {
            let documents = academy.documents(&Users).await;
            documents[&("users".to_owned(), two.persons[0].to_string())].clone()
        };
        assert_eq!(user().await["last_login_at"], json!(null));

        let Retried::Done { .. } = worker.retry(&parked[0].id).await.unwrap() else { panic!("still parked") };
        assert_ne!(user().await["last_login_at"], json!(null));
        assert_same(&academy.documents(&Users).await, &oracle::expected(&academy).await.0, "after the retry");
    });
}

#[test]
fn a_document_that_mongodb_refuses_is_parked_and_the_batch_goes_on() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        let two = two(&academy).await;
        let mut events = academy.events().await;
        let created = events.iter_mut().find(|event| event.event_type == "CourseCreated").unwrap();
        created.data["price"]["minor"] = json!(-1);
        let mut worker = academy.worker(Arc::new(Courses), 1).await;
        worker.apply(events).await.unwrap();

        let parked = academy.parked().await;
        let course = of(&parked, "courses", two.courses[0]);
        assert_eq!(course.cause, ParkCause::Failed);
        assert!(course.error.contains("validator"), "{}", course.error);
        let documents = academy.documents(&Courses).await;
        assert_eq!(documents[&("courses".to_owned(), two.courses[1].to_string())]["status"], json!("published"));
        assert!(!documents.contains_key(&("courses".to_owned(), two.courses[0].to_string())));

        let record = course.id.clone();
        assert!(matches!(worker.retry(&record).await.unwrap(), Retried::Done { .. }));
        assert_same(&academy.documents(&Courses).await, &oracle::expected(&academy).await.1, "after the retry");
    });
}

/// Courses by title, and a lookup of persons that no key connects with them: against the rule. And it knows no Python.
struct Careless;

impl Projection for Careless {
    fn name(&self) -> &'static str {
        "careless"
    }

    fn version(&self) -> u32 {
        1
    }

    fn collections(&self) -> &'static [read_models::Collection] {
        Courses.collections()
    }

    fn handles(&self, stream: StreamType) -> bool {
        Courses.handles(stream)
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        match created(event) {
            Some(created) => vec![DocKey::of::<Course>(created.course_id)],
            None => Vec::new(),
        }
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        Courses.unreadable_keys(event)
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        let Some(created) = created(event) else { return Ok(()) };
        let mut person = docs.get(created.instructor_id)?.unwrap_or(CourseInstructor {
            id: created.instructor_id,
            first_name: None,
            last_name: None,
            course_ids: Vec::new(),
            review_ids: Vec::new(),
            stale: false,
        });
        person.course_ids.push(created.course_id);
        docs.put(person)?;
        if created.title == "Python" { Err(FoldError::Contradiction("no Python here")) } else { Ok(()) }
    }
}

fn created(event: &RecordedEvent) -> Option<&CourseCreated> {
    if let Event::Course(CourseEvent::CourseCreated(created)) = &event.event { Some(created) } else { None }
}

#[test]
fn what_still_fails_stays_parked_with_the_new_error() {
    with_academy(&[Arc::new(Careless)], |academy| async move {
        let two = two(&academy).await;
        let mut worker = academy.worker(Arc::new(Careless), 1).await;
        academy.catch_up(&mut worker).await;
        let parked = academy.parked().await;
        assert_eq!(of(&parked, "courses", two.courses[1]).error, "no Python here");
        assert_eq!(of(&parked, "course_instructors", two.persons[1]).error, "no Python here", "touched, though no key");
        let before = academy.documents(&Careless).await;
        assert_eq!(before.len(), 1, "nothing of an event that fails is kept");

        let record = of(&parked, "courses", two.courses[1]).id.clone();
        let still = Retried::StillParked { error: "no Python here".to_owned() };
        assert_eq!(worker.retry(&record).await.unwrap(), still);
        assert_same(&academy.documents(&Careless).await, &before, "unchanged");
    });
}

#[test]
fn a_retry_does_not_replace_what_no_key_connects() {
    with_academy(&[Arc::new(Careless)], |academy| async move {
        let two = two(&academy).await;
        let (events, _) = with_unknown(&academy, |event| event.event_type == "CourseCreated").await;
        let mut worker = academy.worker(Arc::new(Careless), 1).await;
        worker.apply(events).await.unwrap();
        let record = Parked::id_of("careless", "courses", &two.courses[0].to_string());
        let Retried::StillParked { error } = worker.retry(&record).await.unwrap() else { panic!("it was replaced") };
        assert!(error.contains("no event's keys connect"), "{error}");
        let parked = academy.parked().await;
        assert_eq!(of(&parked, "courses", two.courses[0]).error, error, "the record has the new error");
    });
}
