//! Projection `courses`: courses, their modules and lessons.

use events::{
    CourseCreated, CourseEvent, CourseId, Event, LessonAdded, ModuleAdded, Personal, RecordedEvent, StoredEvent,
    StreamType, UserEvent, UserId,
};
use read_models::{
    COURSE_INSTRUCTORS, COURSES, COURSES_PROJECTION, Collection, Course, CourseInstructor, LESSONS, Lesson, MODULES,
    Module, ReadDocument,
};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collections `courses`, `modules`, `lessons` and, private, `course_instructors`.
pub struct Courses;

impl Projection for Courses {
    fn name(&self) -> &'static str {
        COURSES_PROJECTION
    }

    fn version(&self) -> u32 {
        3
    }

    fn collections(&self) -> &'static [Collection] {
        &[COURSES, MODULES, LESSONS, COURSE_INSTRUCTORS]
    }

    fn handles(&self, stream: StreamType) -> bool {
        match stream {
            StreamType::User | StreamType::Course => true,
            StreamType::EmailClaim
            | StreamType::Session
            | StreamType::AdminRoster
            | StreamType::Quiz
            | StreamType::QuizAttempt
            | StreamType::Enrollment
            | StreamType::Access
            | StreamType::Review
            | StreamType::Certificate
            | StreamType::Media => false,
        }
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        match &event.event {
            // Their courses are reached through them, whom each was created with.
            Event::User(event) => match name_in(event) {
                Some(name) => vec![DocKey::of::<CourseInstructor>(name.user_id)],
                None => Vec::new(),
            },
            Event::Course(event) => match event {
                CourseEvent::CourseCreated(created) => {
                    vec![DocKey::of::<Course>(created.course_id), DocKey::of::<CourseInstructor>(created.instructor_id)]
                }
                // The modules that move to make room are reached through the course, which each was added with.
                CourseEvent::ModuleAdded(added) => {
                    vec![DocKey::of::<Course>(added.course_id), DocKey::of::<Module>(added.module_id)]
                }
                CourseEvent::LessonAdded(added) => vec![
                    DocKey::of::<Course>(added.course_id),
                    DocKey::of::<Module>(added.module_id),
                    DocKey::of::<Lesson>(added.lesson.lesson_id),
                ],
                CourseEvent::CoursePublished(published) => vec![DocKey::of::<Course>(published.course_id)],
                CourseEvent::CourseChanged(changed) => vec![DocKey::of::<Course>(changed.course_id)],
                CourseEvent::CourseUnpublished(unpublished) => vec![DocKey::of::<Course>(unpublished.course_id)],
                CourseEvent::CourseArchived(archived) => vec![DocKey::of::<Course>(archived.course_id)],
                CourseEvent::CourseRestored(restored) => vec![DocKey::of::<Course>(restored.course_id)],
                CourseEvent::ModuleChanged(_)
                | CourseEvent::ModuleRemoved(_)
                | CourseEvent::LessonChanged(_)
                | CourseEvent::LessonRemoved(_)
                | CourseEvent::OutlineArranged(_)
                | CourseEvent::FaqAdded(_)
                | CourseEvent::FaqChanged(_)
                | CourseEvent::FaqRemoved(_) => Vec::new(),
            },
            Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_) => Vec::new(),
        }
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        match event.stream_type {
            StreamType::User => vec![DocKey::of::<CourseInstructor>(&event.stream_id)],
            StreamType::Course => vec![DocKey::of::<Course>(&event.stream_id)],
            StreamType::EmailClaim
            | StreamType::Session
            | StreamType::AdminRoster
            | StreamType::Quiz
            | StreamType::QuizAttempt
            | StreamType::Enrollment
            | StreamType::Access
            | StreamType::Review
            | StreamType::Certificate
            | StreamType::Media => Vec::new(),
        }
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        match &event.event {
            Event::User(of_user) => match name_in(of_user) {
                Some(name) => named(name, docs),
                None => Ok(()),
            },
            Event::Course(of_course) => match of_course {
                CourseEvent::CourseCreated(created) => course_created(event, created, docs),
                CourseEvent::ModuleAdded(added) => module_added(event, added, docs),
                CourseEvent::LessonAdded(added) => lesson_added(event, added, docs),
                CourseEvent::CoursePublished(published) => {
                    change_course(event, published.course_id, docs, |course| course.publish(event))
                }
                CourseEvent::CourseChanged(changed) => {
                    change_course(event, changed.course_id, docs, |course| course.change(changed))
                }
                CourseEvent::CourseUnpublished(unpublished) => {
                    change_course(event, unpublished.course_id, docs, Course::withdraw)
                }
                CourseEvent::CourseArchived(archived) => {
                    change_course(event, archived.course_id, docs, Course::archive)
                }
                CourseEvent::CourseRestored(restored) => {
                    change_course(event, restored.course_id, docs, Course::withdraw)
                }
                CourseEvent::ModuleChanged(_)
                | CourseEvent::ModuleRemoved(_)
                | CourseEvent::LessonChanged(_)
                | CourseEvent::LessonRemoved(_)
                | CourseEvent::OutlineArranged(_)
                | CourseEvent::FaqAdded(_)
                | CourseEvent::FaqChanged(_)
                | CourseEvent::FaqRemoved(_) => Ok(()),
            },
            Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_) => Ok(()),
        }
    }
}

/// What somebody is called from an event on.
struct Name {
    user_id: UserId,
    first_name: Option<String>,
    last_name: Option<String>,
}

/// The name that an event of an account brings; none when it brings none.
fn name_in(event: &UserEvent) -> Option<Name> {
    let value = |name: &Personal<String>| name.value().cloned();
    match event {
        UserEvent::UserRegistered(event) => Some(Name {
            user_id: event.user_id,
            first_name: value(&event.first_name),
            last_name: value(&event.last_name),
        }),
        UserEvent::UserProfileChanged(event) => Some(Name {
            user_id: event.user_id,
            first_name: value(&event.first_name),
            last_name: value(&event.last_name),
        }),
        UserEvent::UserErased(event) => Some(Name { user_id: event.user_id, first_name: None, last_name: None }),
        UserEvent::UserRoleChanged(_)
        | UserEvent::UserSuspended(_)
        | UserEvent::UserReactivated(_)
        | UserEvent::InstructorProfileChanged(_)
        | UserEvent::NotificationSettingsChanged(_)
        | UserEvent::InstructorApplied(_)
        | UserEvent::InstructorVerified(_)
        | UserEvent::InstructorRejected(_)
        | UserEvent::PasswordChanged(_)
        | UserEvent::PasswordResetRequested(_)
        | UserEvent::PasswordReset(_)
        | UserEvent::PasswordRehashed(_) => None,
    }
}

/// Calls somebody so, in each of their courses. It is no change of the courses: their times and versions stay.
fn named(name: Name, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let Name { user_id: id, first_name, last_name } = name;
    let course_ids = docs.get::<CourseInstructor>(id)?.map(|known| known.course_ids).unwrap_or_default();
    let person = CourseInstructor { id, first_name, last_name, course_ids, stale: false };
    docs.expect::<Course>(&person.course_ids)?;
    for course_id in &person.course_ids {
        let course: Course = docs.require(course_id)?;
        if course.instructor_name != person.name() {
            docs.put(Course { instructor_name: person.name(), ..course })?;
        }
    }
    docs.put(person)
}

fn course_created(
    recorded: &RecordedEvent,
    created: &CourseCreated,
    docs: &mut Documents<'_>,
) -> Result<(), FoldError> {
    let mut instructor: CourseInstructor = docs.require(created.instructor_id)?;
    docs.put(Course::created(recorded, created, instructor.name()))?;
    instructor.course_ids.push(created.course_id);
    docs.put(instructor)
}

/// The course, with the event that is being folded as its last.
fn touched_course(recorded: &RecordedEvent, id: CourseId, docs: &mut Documents<'_>) -> Result<Course, FoldError> {
    let mut course: Course = docs.require(id)?;
    course.touch(recorded);
    Ok(course)
}

fn module_added(recorded: &RecordedEvent, added: &ModuleAdded, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let mut course = touched_course(recorded, added.course_id, docs)?;
    docs.put(Module::added(recorded, added))?;
    course.take_in_module(added);
    renumber(&course.modules, added.order, docs, |module: &mut Module| &mut module.order)?;
    docs.put(course)
}

fn lesson_added(recorded: &RecordedEvent, added: &LessonAdded, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let mut course = touched_course(recorded, added.course_id, docs)?;
    let mut module: Module = docs.require(added.module_id)?;
    docs.put(Lesson::added(recorded, added))?;
    module.take_in_lesson(added);
    renumber(&module.lessons, added.order, docs, |lesson: &mut Lesson| &mut lesson.order)?;
    course.take_in_lesson(added);
    docs.put(module)?;
    docs.put(course)
}

/// What concerns the course's own document only.
fn change_course(
    recorded: &RecordedEvent,
    id: CourseId,
    docs: &mut Documents<'_>,
    change: impl FnOnce(&mut Course),
) -> Result<(), FoldError> {
    let mut course = touched_course(recorded, id, docs)?;
    change(&mut course);
    docs.put(course)
}

/// Gives the documents from a place on the number of their place.
fn renumber<D: ReadDocument>(
    ids: &[impl std::fmt::Display],
    from: u32,
    docs: &mut Documents<'_>,
    order_of: fn(&mut D) -> &mut u32,
) -> Result<(), FoldError> {
    // The newcomer is always among them: its place may have been past the end.
    let moved = usize::try_from(from).unwrap_or(usize::MAX).saturating_sub(1).min(ids.len().saturating_sub(1));
    docs.expect::<D>(&ids[moved..])?;
    for (order, id) in (1..).zip(ids).skip(moved) {
        let mut document: D = docs.require(id)?;
        if *order_of(&mut document) != order {
            *order_of(&mut document) = order;
            docs.put(document)?;
        }
    }
    Ok(())
}
