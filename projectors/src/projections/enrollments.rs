//! Projection `enrollments`: who is in which course, and how far.

use events::{CourseEvent, CourseId, EnrollmentEvent, Event, LessonProgressId, RecordedEvent, StoredEvent, StreamType};
use read_models::{
    Collection, ENROLLMENT_COURSES, ENROLLMENTS, ENROLLMENTS_PROJECTION, Enrollment, EnrollmentCourse, LESSON_PROGRESS,
    LessonProgress,
};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collections `enrollments`, `lesson_progress` and, private, `enrollment_courses`. An enrollment and its course are not
/// connected: how far somebody is comes out of both when it is shown, so that a course that changes rewrites one
/// document and not one for each learner.
pub struct Enrollments;

impl Projection for Enrollments {
    fn name(&self) -> &'static str {
        ENROLLMENTS_PROJECTION
    }

    fn version(&self) -> u32 {
        1
    }

    fn collections(&self) -> &'static [Collection] {
        &[ENROLLMENTS, LESSON_PROGRESS, ENROLLMENT_COURSES]
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        match &event.event {
            Event::Course(event) => changed_course(event).map(DocKey::of::<EnrollmentCourse>).into_iter().collect(),
            Event::Enrollment(of_enrollment) => {
                let enrollment = DocKey::of::<Enrollment>(event.stream.id());
                match of_enrollment {
                    EnrollmentEvent::LessonProgressRecorded(recorded) => {
                        let progress = LessonProgressId::of(recorded.enrollment_id, recorded.lesson_id);
                        vec![enrollment, DocKey::of::<LessonProgress>(progress)]
                    }
                    EnrollmentEvent::LearnerEnrolled(_)
                    | EnrollmentEvent::EnrollmentResumed(_)
                    | EnrollmentEvent::CourseCompleted(_)
                    | EnrollmentEvent::EnrollmentDropped(_) => vec![enrollment],
                }
            }
            Event::User(_)
            | Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_) => Vec::new(),
        }
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        match event.stream_type {
            StreamType::Course => vec![DocKey::of::<EnrollmentCourse>(&event.stream_id)],
            StreamType::Enrollment => vec![DocKey::of::<Enrollment>(&event.stream_id)],
            StreamType::User
            | StreamType::EmailClaim
            | StreamType::Session
            | StreamType::AdminRoster
            | StreamType::AuditAccess
            | StreamType::ProjectionControl
            | StreamType::Transaction
            | StreamType::Subscription
            | StreamType::InvoiceSeries
            | StreamType::Quiz
            | StreamType::QuizAttempt
            | StreamType::Access
            | StreamType::Review
            | StreamType::Certificate
            | StreamType::Media => Vec::new(),
        }
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        match &event.event {
            Event::Course(of_course) => course(event, of_course, docs),
            Event::Enrollment(of_enrollment) => enrollment(event, of_enrollment, docs),
            Event::User(_)
            | Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_) => Ok(()),
        }
    }
}

/// The course of an event that says something new of its name, picture or lessons.
const fn changed_course(event: &CourseEvent) -> Option<CourseId> {
    match event {
        CourseEvent::CourseCreated(event) => Some(event.course_id),
        CourseEvent::CourseChanged(event) => Some(event.course_id),
        CourseEvent::LessonAdded(event) => Some(event.course_id),
        CourseEvent::LessonRemoved(event) => Some(event.course_id),
        CourseEvent::ModuleRemoved(event) => Some(event.course_id),
        CourseEvent::CoursePublished(_)
        | CourseEvent::CourseUnpublished(_)
        | CourseEvent::CourseArchived(_)
        | CourseEvent::CourseRestored(_)
        | CourseEvent::ModuleAdded(_)
        | CourseEvent::ModuleChanged(_)
        | CourseEvent::LessonChanged(_)
        | CourseEvent::OutlineArranged(_)
        | CourseEvent::FaqAdded(_)
        | CourseEvent::FaqChanged(_)
        | CourseEvent::FaqRemoved(_) => None,
    }
}

fn course(recorded: &RecordedEvent, event: &CourseEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let change = |id: CourseId, docs: &mut Documents<'_>, change: &dyn Fn(&mut EnrollmentCourse)| {
        let mut course: EnrollmentCourse = docs.require(id)?;
        change(&mut course);
        docs.put(course)
    };
    match event {
        CourseEvent::CourseCreated(created) => docs.put(EnrollmentCourse::created(created)),
        CourseEvent::CourseChanged(event) => change(event.course_id, docs, &|course| course.change(event)),
        CourseEvent::LessonAdded(event) => change(event.course_id, docs, &|course| course.take_in_lesson(event)),
        CourseEvent::LessonRemoved(event) => {
            change(event.course_id, docs, &|course| course.take_out_lessons(recorded, &[event.lesson_id]))
        }
        CourseEvent::ModuleRemoved(event) => {
            change(event.course_id, docs, &|course| course.take_out_lessons(recorded, &event.lesson_ids))
        }
        CourseEvent::CoursePublished(_)
        | CourseEvent::CourseUnpublished(_)
        | CourseEvent::CourseArchived(_)
        | CourseEvent::CourseRestored(_)
        | CourseEvent::ModuleAdded(_)
        | CourseEvent::ModuleChanged(_)
        | CourseEvent::LessonChanged(_)
        | CourseEvent::OutlineArranged(_)
        | CourseEvent::FaqAdded(_)
        | CourseEvent::FaqChanged(_)
        | CourseEvent::FaqRemoved(_) => Ok(()),
    }
}

fn enrollment(recorded: &RecordedEvent, event: &EnrollmentEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let before = match event {
        EnrollmentEvent::LearnerEnrolled(_) => None,
        EnrollmentEvent::EnrollmentResumed(_)
        | EnrollmentEvent::LessonProgressRecorded(_)
        | EnrollmentEvent::CourseCompleted(_)
        | EnrollmentEvent::EnrollmentDropped(_) => Some(docs.require(recorded.stream.id())?),
    };
    let enrollment = Enrollment::after(before, recorded, event);
    docs.put(enrollment.ok_or(FoldError::Contradiction("the event needs an enrollment"))?)?;
    if let EnrollmentEvent::LessonProgressRecorded(progress) = event {
        let before = docs.get(LessonProgressId::of(progress.enrollment_id, progress.lesson_id))?;
        docs.put(LessonProgress::after(before.as_ref(), recorded, progress))?;
    }
    Ok(())
}
