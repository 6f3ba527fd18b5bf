//! Projection `courses`: courses, their modules and lessons, the questions that they answer, how many learners they
//! have, and what those think of them.

mod faq;
mod keys;
mod learners;
mod outline;
mod reviews;

use events::{
    CourseCreated, CourseEvent, CourseId, Event, Personal, RecordedEvent, StoredEvent, StreamType, UserEvent, UserId,
};
use read_models::{
    COURSE_INSTRUCTORS, COURSES, COURSES_PROJECTION, Collection, Course, CourseInstructor, FAQ, LESSONS, MODULES,
    REVIEWS, Review,
};

use keys::keys_of;

use crate::{DocKey, Documents, FoldError, Projection};

/// Collections `courses`, `modules`, `lessons`, `faq`, `reviews` and, private, `course_instructors`.
pub struct Courses;

impl Projection for Courses {
    fn name(&self) -> &'static str {
        COURSES_PROJECTION
    }

    fn version(&self) -> u32 {
        7
    }

    fn collections(&self) -> &'static [Collection] {
        &[COURSES, MODULES, LESSONS, FAQ, REVIEWS, COURSE_INSTRUCTORS]
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        match &event.event {
            // Their courses are reached through them, whom each was created with.
            Event::User(event) => match name_in(event) {
                Some(name) => vec![DocKey::of::<CourseInstructor>(name.user_id)],
                None => Vec::new(),
            },
            Event::Course(event) => keys_of(event),
            Event::Enrollment(event) => {
                learners::counted(event).map(|(id, _)| DocKey::of::<Course>(id)).into_iter().collect()
            }
            Event::Review(event) => reviews::keys_of(event),
            Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Access(_)
            | Event::Certificate(_)
            | Event::Media(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_) => Vec::new(),
        }
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        match event.stream_type {
            StreamType::User => vec![DocKey::of::<CourseInstructor>(&event.stream_id)],
            StreamType::Course => vec![DocKey::of::<Course>(&event.stream_id)],
            StreamType::Review => vec![DocKey::of::<Review>(&event.stream_id)],
            // Its course stands in the event's fields: the stream itself is parked.
            StreamType::Enrollment
            | StreamType::EmailClaim
            | StreamType::Session
            | StreamType::AdminRoster
            | StreamType::Transaction
            | StreamType::Subscription
            | StreamType::InvoiceSeries
            | StreamType::Quiz
            | StreamType::QuizAttempt
            | StreamType::Access
            | StreamType::Certificate
            | StreamType::Media
            | StreamType::AuditAccess
            | StreamType::ProjectionControl => Vec::new(),
        }
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        match &event.event {
            Event::User(of_user) => match name_in(of_user) {
                Some(name) => named(name, docs),
                None => Ok(()),
            },
            Event::Course(of_course) => course(event, of_course, docs),
            Event::Enrollment(of_enrollment) => learners::count(of_enrollment, docs),
            Event::Review(of_review) => reviews::review(event, of_review, docs),
            Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Access(_)
            | Event::Certificate(_)
            | Event::Media(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_) => Ok(()),
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

/// Calls somebody so, in each of their courses and reviews. It is no change of those: their times and versions stay.
fn named(name: Name, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let Name { user_id: id, first_name, last_name } = name;
    let known = docs.get::<CourseInstructor>(id)?;
    let (course_ids, review_ids) = known.map(|known| (known.course_ids, known.review_ids)).unwrap_or_default();
    let person = CourseInstructor { id, first_name, last_name, course_ids, review_ids, stale: false };
    docs.expect::<Course>(&person.course_ids)?;
    for course_id in &person.course_ids {
        let course: Course = docs.require(course_id)?;
        if course.instructor_name != person.name() {
            docs.put(Course { instructor_name: person.name(), ..course })?;
        }
    }
    docs.expect::<Review>(&person.review_ids)?;
    for review_id in &person.review_ids {
        let review: Review = docs.require(review_id)?;
        // Who has no name any more was erased, words and all; while they are there they have one.
        let comment = review.comment.clone().filter(|_| person.name().is_some());
        if review.user_name != person.name() || review.comment != comment {
            docs.put(Review { user_name: person.name(), comment, ..review })?;
        }
    }
    docs.put(person)
}

fn course(recorded: &RecordedEvent, event: &CourseEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let change = |id: CourseId, docs: &mut Documents<'_>, change: &dyn Fn(&mut Course)| {
        let mut course = touched_course(recorded, id, docs)?;
        change(&mut course);
        docs.put(course)
    };
    match event {
        CourseEvent::CourseCreated(created) => course_created(recorded, created, docs),
        CourseEvent::CourseChanged(event) => change(event.course_id, docs, &|course| course.change(event)),
        CourseEvent::CoursePublished(event) => change(event.course_id, docs, &|course| course.publish(recorded)),
        CourseEvent::CourseUnpublished(event) => change(event.course_id, docs, &Course::withdraw),
        CourseEvent::CourseArchived(event) => change(event.course_id, docs, &Course::archive),
        CourseEvent::CourseRestored(event) => change(event.course_id, docs, &Course::withdraw),
        CourseEvent::ModuleAdded(event) => outline::module_added(recorded, event, docs),
        CourseEvent::ModuleChanged(event) => outline::module_changed(recorded, event, docs),
        CourseEvent::ModuleRemoved(event) => outline::module_removed(recorded, event, docs),
        CourseEvent::LessonAdded(event) => outline::lesson_added(recorded, event, docs),
        CourseEvent::LessonChanged(event) => outline::lesson_changed(recorded, event, docs),
        CourseEvent::LessonRemoved(event) => outline::lesson_removed(recorded, event, docs),
        CourseEvent::OutlineArranged(event) => outline::arranged(recorded, event, docs),
        CourseEvent::FaqAdded(event) => faq::added(recorded, event, docs),
        CourseEvent::FaqChanged(event) => faq::changed(recorded, event, docs),
        CourseEvent::FaqRemoved(event) => faq::removed(recorded, event, docs),
    }
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
