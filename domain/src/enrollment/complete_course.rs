//! A course is completed without a step of the learner: a lesson they had not done was removed.

use events::{CourseCompleted, EnrollmentEvent, LessonId, Percent, Timestamp};

use super::{Enrollment, LearnerInCourse};

/// Notes that nothing is left to do, if so. Asked for by a worker after lessons were removed; asking again is no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompleteCourse {
    /// The lessons of now.
    pub lessons_now: Vec<LessonId>,
    /// When.
    pub now: Timestamp,
}

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompleteCourseError {
    /// Nobody ever enrolled.
    #[error("nobody is enrolled")]
    NotEnrolled,
}

impl Enrollment {
    /// Decides [`CompleteCourse`]. Who left, is not there yet, or was long ago, is no event.
    ///
    /// # Errors
    /// [`CompleteCourseError`] says which.
    pub fn complete(&self, command: CompleteCourse) -> Result<Vec<EnrollmentEvent>, CompleteCourseError> {
        let learner = self.learner.as_ref().ok_or(CompleteCourseError::NotEnrolled)?;
        let completed = if learner.dropped { None } else { learner.completed(&command.lessons_now, command.now) };
        Ok(completed.into_iter().collect())
    }
}

impl LearnerInCourse {
    /// The completion, if this is it: every lesson of now is done, and it was not noted before.
    pub(super) fn completed(&self, lessons_now: &[LessonId], now: Timestamp) -> Option<EnrollmentEvent> {
        let is_first = self.completed_at.is_none() && self.progress(lessons_now) == Percent::HUNDRED;
        let Self { enrollment_id, user_id, course_id, .. } = *self;
        is_first.then(|| CourseCompleted { enrollment_id, user_id, course_id, completed_at: now }.into())
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::LessonStatus;

    use super::*;
    use crate::fixtures::{at, course_completed, dropped, enrolled, lesson_id, recorded};

    fn complete(lessons: &[u128]) -> CompleteCourse {
        CompleteCourse { lessons_now: lessons.iter().map(|&n| lesson_id(n)).collect(), now: at(50) }
    }

    #[test]
    fn it_is_noted_once_when_nothing_is_left() {
        let done = || vec![enrolled(), recorded(1, LessonStatus::Completed, 0, None)];
        for (given, lessons, expected) in [
            (done(), vec![1], vec![course_completed(50)]),
            (done(), vec![1, 2], Vec::new()),
            (done(), vec![], Vec::new()),
            ([done(), vec![course_completed(9)]].concat(), vec![1], Vec::new()),
            ([done(), vec![dropped()]].concat(), vec![1], Vec::new()),
            ([done(), vec![recorded(1, LessonStatus::NotStarted, 0, None)]].concat(), vec![1], Vec::new()),
        ] {
            TestFramework::<Enrollment>::with(())
                .given(given)
                .when(complete(&lessons).into())
                .then_expect_events(expected);
        }
    }

    #[test]
    fn nobody_completes_nothing() {
        TestFramework::<Enrollment>::with(())
            .given_no_previous_events()
            .when(complete(&[1]).into())
            .then_expect_error(CompleteCourseError::NotEnrolled.into());
    }
}
