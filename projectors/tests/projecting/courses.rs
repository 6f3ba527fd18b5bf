//! Courses that change, and what is left of what is taken out.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::Arc;

use events::{CourseId, Event, FaqId, LessonId, ModuleId};
use projectors::{Courses, Users};
use read_models::Ratings;
use read_models::views::{CourseDocuments, load_course};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::history::{self, courses};
use crate::oracle;
use crate::support::{Documents, assert_same, with_academy};

fn shown(documents: &Documents, collection: &str, id: impl ToString) -> Value {
    documents[&(collection.to_owned(), id.to_string())].clone()
}

#[test]
fn an_instructor_has_as_many_courses_as_are_published() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        let ada = history::register(&academy, "Ada").await;
        let [one, other] = [CourseId::new(Uuid::now_v7()), CourseId::new(Uuid::now_v7())];
        let begun = vec![history::created(one, ada, "Excel"), history::created(other, ada, "Python")];
        academy.append(begun, Vec::new()).await;
        let mut worker = academy.worker(Arc::new(Users), 1).await;
        let steps = [
            (history::published(one), 1),
            (history::published(other), 2),
            (courses::unpublished(one), 1),
            (courses::archived(one), 1),
            (courses::restored(one), 1),
            (history::published(one), 2),
            (courses::archived(other), 1),
            (courses::archived(one), 0),
        ];
        for (step, (event, expected)) in steps.into_iter().enumerate() {
            academy.append(vec![event], Vec::new()).await;
            academy.catch_up(&mut worker).await;
            // Once more: what was delivered twice counts once.
            assert_eq!(worker.apply(academy.events().await).await.unwrap().events, 0);
            let user = shown(&academy.documents(&Users).await, "users", ada);
            assert_eq!(user["instructor"]["total_courses"], json!(expected), "step {step}");
        }
    });
}

#[test]
fn what_is_taken_out_leaves_nothing_behind() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        let ada = history::register(&academy, "Ada").await;
        let course = CourseId::new(Uuid::now_v7());
        let modules: [ModuleId; 3] = std::array::from_fn(|_| ModuleId::new(Uuid::now_v7()));
        let lessons: [LessonId; 4] = std::array::from_fn(|_| LessonId::new(Uuid::now_v7()));
        let faq = FaqId::new(Uuid::now_v7());
        let mut events = vec![history::created(course, ada, "Excel"), courses::faq_added(course, faq, "Pourquoi ?")];
        events.extend((1..).zip(modules).map(|(order, module)| history::module_added(course, module, order)));
        events.extend((1..).zip(&lessons[..3]).map(|(n, id)| history::lesson_added(course, modules[0], *id, n)));
        events.push(history::lesson_added(course, modules[1], lessons[3], 1));
        academy.append(events, Vec::new()).await;
        let mut worker = academy.worker(Arc::new(Courses), 1).await;
        academy.catch_up(&mut worker).await;

        let events = vec![
            courses::lesson_removed(course, modules[0], lessons[0]),
            courses::module_removed(course, modules[1], vec![lessons[3]]),
            courses::arranged(course, &[(modules[2], vec![lessons[2]]), (modules[0], vec![lessons[1]])]),
        ];
        academy.append(events, Vec::new()).await;
        academy.catch_up(&mut worker).await;
        let documents = academy.documents(&Courses).await;
        assert_same(&documents, &oracle::expected(&academy).await.1, "taken out");
        let of = |name: &str| documents.keys().filter(|(collection, _)| collection == name).count();
        assert_eq!((of("modules"), of("lessons"), of("faq")), (2, 2, 1));
        assert_eq!(shown(&documents, "courses", course)["total_lessons"], json!(2));
        let moved = shown(&documents, "lessons", lessons[2]);
        assert_eq!((&moved["module_id"], &moved["order"]), (&json!(modules[2]), &json!(1)));
    });
}

#[test]
fn the_fold_of_one_stream_is_what_the_projection_writes() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        history::random(&academy, 11, 400).await;
        let mut worker = academy.worker(Arc::new(Courses), 1).await;
        academy.catch_up(&mut worker).await;
        let opened = academy.log.open_events(academy.events().await).await.unwrap();
        let known: Vec<_> = opened
            .into_iter()
            .filter_map(|event| match event {
                event_log::Opened::Known(event) => Some(event),
                event_log::Opened::Unknown { .. } => None,
            })
            .collect();
        let created: BTreeSet<CourseId> = known.iter().filter_map(|recorded| course_of(&recorded.event)).collect();
        assert!(created.len() > 5, "the history is worth the name");
        for id in created {
            let stream = known.iter().filter(|event| event.stream.id() == id.to_string()).cloned();
            let mut written = sorted(load_course(academy.log.database(), id).await.unwrap().unwrap());
            // How many learners it has, and what they think, is not told by its own stream.
            written.course.enrollments_count = 0;
            written.course.ratings = Ratings { count: 1, stars: 1 };
            written.course.rate(Some(1), None);
            let name = written.course.instructor_name.clone();
            let folded = sorted(CourseDocuments::of_stream(&stream.collect::<Vec<_>>(), name.as_deref()).unwrap());
            assert!(folded.course == written.course, "{id}");
            assert!(folded.modules == written.modules, "{id}");
            assert!(folded.lessons == written.lessons, "{id}");
        }
    });
}

fn course_of(event: &Event) -> Option<CourseId> {
    let Event::Course(events::CourseEvent::CourseCreated(created)) = event else { return None };
    Some(created.course_id)
}

fn sorted(mut documents: CourseDocuments) -> CourseDocuments {
    documents.modules.sort_by_key(|module| module.id);
    documents.lessons.sort_by_key(|lesson| lesson.id);
    documents
}
