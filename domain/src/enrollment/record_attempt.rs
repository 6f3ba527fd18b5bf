//! A learner's attempt at a lesson's quiz counts for the lesson.

use events::{EnrollmentEvent, LessonId, LessonStatus, Percent, Timestamp};

use super::{Enrollment, LessonProgress, record_progress::best};

/// Counts an attempt, in one commit with it. The best score stays; one that passes completes the lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordAttempt {
    /// The lesson that has the quiz.
    pub lesson_id: LessonId,
    /// What the attempt was worth.
    pub score: Percent,
    /// Whether it passed.
    pub passed: bool,
    /// The lessons of now.
    pub lessons_now: Vec<LessonId>,
    /// When.
    pub now: Timestamp,
}

/// Why it counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordAttemptError {
    /// They are not in the course: its owner tries the quiz, or they left.
    #[error("they are not enrolled")]
    NotEnrolled,
    /// The course has no such lesson any more.
    #[error("the course has no such lesson")]
    UnknownLesson,
}

impl Enrollment {
    /// Decides [`RecordAttempt`].
    ///
    /// # Errors
    /// [`RecordAttemptError`] says which.
    pub fn record_attempt(&self, command: RecordAttempt) -> Result<Vec<EnrollmentEvent>, RecordAttemptError> {
        let learner = self.present().ok_or(RecordAttemptError::NotEnrolled)?;
        if !command.lessons_now.contains(&command.lesson_id) {
            return Err(RecordAttemptError::UnknownLesson);
        }
        let before = learner.lesson(command.lesson_id);
        let is_done = command.passed || before.status == LessonStatus::Completed;
        let after = LessonProgress {
            status: if is_done { LessonStatus::Completed } else { LessonStatus::InProgress },
            quiz_score: Some(best(before.quiz_score, command.score)),
            ..before
        };
        Ok(learner.went_on(command.lesson_id, after, &command.lessons_now, command.now))
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::LessonStatus::{Completed, InProgress};

    use super::*;
    use crate::fixtures::{at, course_completed, dropped, enrolled, lesson_id, recorded};

    fn attempt(right: usize, passed: bool) -> RecordAttempt {
        let lessons_now = vec![lesson_id(1), lesson_id(2)];
        RecordAttempt { lesson_id: lesson_id(1), score: Percent::of(right, 4), passed, lessons_now, now: at(50) }
    }

    #[test]
    fn the_best_score_stays_and_passing_completes() {
        let half = Some(Percent::of(2, 4));
        let three = Some(Percent::of(3, 4));
        for (before, command, after) in [
            (None, attempt(2, false), recorded(1, InProgress, 0, half)),
            (None, attempt(3, true), recorded(1, Completed, 0, three)),
            (Some(recorded(1, InProgress, 60, half)), attempt(3, true), recorded(1, Completed, 60, three)),
            (Some(recorded(1, Completed, 60, three)), attempt(2, false), recorded(1, Completed, 60, three)),
        ] {
            TestFramework::<Enrollment>::with(())
                .given([Some(enrolled()), before].into_iter().flatten().collect())
                .when(command.into())
                .then_expect_events(vec![after]);
        }
    }

    #[test]
    fn the_last_quiz_completes_the_course() {
        TestFramework::<Enrollment>::with(())
            .given(vec![enrolled(), recorded(2, Completed, 0, None)])
            .when(attempt(4, true).into())
            .then_expect_events(vec![recorded(1, Completed, 0, Some(Percent::HUNDRED)), course_completed(50)]);
    }

    #[test]
    fn who_is_not_there_and_what_is_gone_counts_for_nothing() {
        let gone = RecordAttempt { lessons_now: vec![lesson_id(2)], ..attempt(4, true) };
        for (given, command, error) in [
            (Vec::new(), attempt(4, true), RecordAttemptError::NotEnrolled),
            (vec![enrolled(), dropped()], attempt(4, true), RecordAttemptError::NotEnrolled),
            (vec![enrolled()], gone, RecordAttemptError::UnknownLesson),
        ] {
            TestFramework::<Enrollment>::with(()).given(given).when(command.into()).then_expect_error(error.into());
        }
    }
}
