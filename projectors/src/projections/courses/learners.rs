//! How many learners a course has: enrolled, and not dropped. It is no change of the course: its time and version stay.

use events::{CourseId, EnrollmentEvent};
use read_models::Course;

use crate::{Documents, FoldError};

/// What becomes of the number.
type Count = fn(&mut Course);

/// The course that has a learner more or less after an event, and which of both.
pub(super) fn counted(event: &EnrollmentEvent) -> Option<(CourseId, Count)> {
    match event {
        EnrollmentEvent::LearnerEnrolled(event) => Some((event.course_id, Course::count_learner)),
        EnrollmentEvent::EnrollmentResumed(event) => Some((event.course_id, Course::count_learner)),
        EnrollmentEvent::EnrollmentDropped(event) => Some((event.course_id, Course::discount_learner)),
        EnrollmentEvent::LessonProgressRecorded(_) | EnrollmentEvent::CourseCompleted(_) => None,
    }
}

pub(super) fn count(event: &EnrollmentEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let Some((id, count)) = counted(event) else { return Ok(()) };
    let mut course: Course = docs.require(id)?;
    count(&mut course);
    docs.put(course)
}
