//! Which documents the events of a course touch, from their fields alone.

use events::{CourseEvent, CourseId, FaqId, LessonId, ModuleId};
use read_models::{Course, CourseInstructor, Faq, Lesson, Module};

use crate::DocKey;

pub(super) fn keys_of(event: &CourseEvent) -> Vec<DocKey> {
    match event {
        CourseEvent::CourseCreated(event) => {
            vec![course(event.course_id), DocKey::of::<CourseInstructor>(event.instructor_id)]
        }
        CourseEvent::CourseChanged(event) => vec![course(event.course_id)],
        CourseEvent::CoursePublished(event) => vec![course(event.course_id)],
        CourseEvent::CourseUnpublished(event) => vec![course(event.course_id)],
        CourseEvent::CourseArchived(event) => vec![course(event.course_id)],
        CourseEvent::CourseRestored(event) => vec![course(event.course_id)],
        // The modules that move to make room, or close up, are reached through the course, which each was added with;
        // lessons likewise through their module.
        CourseEvent::ModuleAdded(event) => vec![course(event.course_id), module(event.module_id)],
        CourseEvent::ModuleChanged(event) => vec![course(event.course_id), module(event.module_id)],
        CourseEvent::ModuleRemoved(event) => {
            let lessons = event.lesson_ids.iter().copied().map(lesson);
            [course(event.course_id), module(event.module_id)].into_iter().chain(lessons).collect()
        }
        CourseEvent::LessonAdded(event) => {
            vec![course(event.course_id), module(event.module_id), lesson(event.lesson.lesson_id)]
        }
        // The module stays as it is.
        CourseEvent::LessonChanged(event) => vec![course(event.course_id), lesson(event.lesson.lesson_id)],
        CourseEvent::LessonRemoved(event) => {
            vec![course(event.course_id), module(event.module_id), lesson(event.lesson_id)]
        }
        CourseEvent::OutlineArranged(event) => {
            let modules = event.modules.iter().map(|place| module(place.module_id));
            let lessons = event.modules.iter().flat_map(|place| place.lesson_ids.iter().copied()).map(lesson);
            std::iter::once(course(event.course_id)).chain(modules).chain(lessons).collect()
        }
        CourseEvent::FaqAdded(event) => vec![course(event.course_id), faq(event.faq_id)],
        CourseEvent::FaqChanged(event) => vec![course(event.course_id), faq(event.faq_id)],
        CourseEvent::FaqRemoved(event) => vec![course(event.course_id), faq(event.faq_id)],
    }
}

fn course(id: CourseId) -> DocKey {
    DocKey::of::<Course>(id)
}

fn module(id: ModuleId) -> DocKey {
    DocKey::of::<Module>(id)
}

fn lesson(id: LessonId) -> DocKey {
    DocKey::of::<Lesson>(id)
}

fn faq(id: FaqId) -> DocKey {
    DocKey::of::<Faq>(id)
}
