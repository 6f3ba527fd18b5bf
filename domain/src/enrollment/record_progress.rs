//! A learner goes on with a lesson.

use events::{EnrollmentEvent, LessonId, LessonProgressRecorded, LessonStatus, LessonType, Percent, QuizId, Timestamp};

use super::{Enrollment, LearnerInCourse, LessonProgress};
use crate::values::{Score, TimeSpent};

/// Notes how far somebody is with a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordProgress {
    /// The lesson.
    pub lesson_id: LessonId,
    /// What the course says of its quiz.
    pub lesson_quiz: LessonQuiz,
    /// How far they are. Done stays done, unless they say that they have not begun.
    pub status: LessonStatus,
    /// Time spent since they last said so; it is added.
    pub time_spent: TimeSpent,
    /// What a quiz that is not with the academy was worth.
    pub quiz_score: Option<Score>,
    /// Whether any right of theirs to the course lives.
    pub has_access: bool,
    /// The lessons of now.
    pub lessons_now: Vec<LessonId>,
    /// When.
    pub now: Timestamp,
}

/// Who says what a lesson's quiz was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LessonQuiz {
    /// Nobody: it has none.
    None,
    /// The client: it is a quiz lesson without a quiz of the academy.
    Elsewhere,
    /// The server, which scores its attempts.
    Attached,
}

impl LessonQuiz {
    /// Of a lesson of that type, with that quiz.
    #[must_use]
    pub const fn of(lesson_type: LessonType, quiz_id: Option<QuizId>) -> Self {
        match (lesson_type, quiz_id) {
            (_, Some(_)) => Self::Attached,
            (LessonType::Quiz, None) => Self::Elsewhere,
            (LessonType::Video | LessonType::Text | LessonType::Exercise, None) => Self::None,
        }
    }
}

/// Why nothing was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordProgressError {
    /// They are not in the course: never enrolled, or left.
    #[error("they are not enrolled")]
    NotEnrolled,
    /// Their rights to the course are gone; what they did can be read still.
    #[error("nothing opens the course to them")]
    NoAccess,
    /// The course has no such lesson.
    #[error("the course has no such lesson")]
    UnknownLesson,
    /// They said what a quiz was worth that there is not, or that the server scores.
    #[error("the lesson takes no score from outside")]
    ScoreNotTaken,
}

impl Enrollment {
    /// Decides [`RecordProgress`]. That nothing changed is an event too: they were there.
    ///
    /// # Errors
    /// [`RecordProgressError`] says which.
    pub fn record_progress(&self, command: RecordProgress) -> Result<Vec<EnrollmentEvent>, RecordProgressError> {
        let learner = self.present().ok_or(RecordProgressError::NotEnrolled)?;
        if !command.has_access {
            return Err(RecordProgressError::NoAccess);
        }
        if !command.lessons_now.contains(&command.lesson_id) {
            return Err(RecordProgressError::UnknownLesson);
        }
        if command.quiz_score.is_some() && command.lesson_quiz != LessonQuiz::Elsewhere {
            return Err(RecordProgressError::ScoreNotTaken);
        }
        let before = learner.lesson(command.lesson_id);
        let after = LessonProgress {
            status: next(before.status, command.status),
            time_spent_seconds: before.time_spent_seconds.saturating_add(u64::from(command.time_spent.get())),
            quiz_score: command.quiz_score.map(Score::percent).or(before.quiz_score),
        };
        Ok(learner.went_on(command.lesson_id, after, &command.lessons_now, command.now))
    }
}

/// Done is done, until they say that they have not begun.
const fn next(before: LessonStatus, asked: LessonStatus) -> LessonStatus {
    match (before, asked) {
        (LessonStatus::Completed, LessonStatus::InProgress) => LessonStatus::Completed,
        (
            LessonStatus::NotStarted | LessonStatus::InProgress | LessonStatus::Completed,
            LessonStatus::NotStarted | LessonStatus::InProgress | LessonStatus::Completed,
        ) => asked,
    }
}

impl LearnerInCourse {
    /// How far they are with a lesson.
    pub(super) fn lesson(&self, lesson_id: LessonId) -> LessonProgress {
        let nothing = LessonProgress { status: LessonStatus::NotStarted, time_spent_seconds: 0, quiz_score: None };
        self.lessons.get(&lesson_id).copied().unwrap_or(nothing)
    }

    /// They are so far with a lesson, and it may have been the last.
    pub(super) fn went_on(
        &self,
        lesson_id: LessonId,
        after: LessonProgress,
        lessons_now: &[LessonId],
        now: Timestamp,
    ) -> Vec<EnrollmentEvent> {
        let Self { enrollment_id, user_id, course_id, .. } = *self;
        let LessonProgress { status, time_spent_seconds, quiz_score } = after;
        let recorded = LessonProgressRecorded {
            enrollment_id,
            user_id,
            course_id,
            lesson_id,
            status,
            time_spent_seconds,
            quiz_score,
        };
        let mut then = self.clone();
        then.lessons.insert(lesson_id, after);
        [Some(recorded.into()), then.completed(lessons_now, now)].into_iter().flatten().collect()
    }
}

/// The better of two scores.
pub(super) fn best(one: Option<Percent>, other: Percent) -> Percent {
    one.map_or(other, |one| one.max(other))
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::LessonStatus::{Completed, InProgress, NotStarted};
    use uuid::Uuid;

    use super::*;
    use crate::fixtures::{at, course_completed, dropped, enrolled, lesson_id, recorded, resumed};

    fn record(n: u128, status: LessonStatus) -> RecordProgress {
        RecordProgress {
            lesson_id: lesson_id(n),
            lesson_quiz: LessonQuiz::None,
            status,
            time_spent: TimeSpent::default(),
            quiz_score: None,
            has_access: true,
            lessons_now: vec![lesson_id(1), lesson_id(2)],
            now: at(50),
        }
    }

    fn check(
        given: Vec<EnrollmentEvent>,
        command: RecordProgress,
        expected: Result<Vec<EnrollmentEvent>, RecordProgressError>,
    ) {
        let test = TestFramework::<Enrollment>::with(()).given(given).when(command.into());
        match expected {
            Ok(events) => test.then_expect_events(events),
            Err(error) => test.then_expect_error(error.into()),
        }
    }

    #[test]
    fn done_is_done_until_they_say_they_have_not_begun() {
        for (before, asked, after) in [
            (NotStarted, InProgress, InProgress),
            (InProgress, InProgress, InProgress),
            (InProgress, Completed, Completed),
            (Completed, InProgress, Completed),
            (Completed, Completed, Completed),
            (Completed, NotStarted, NotStarted),
            (InProgress, NotStarted, NotStarted),
        ] {
            let given = vec![enrolled(), recorded(1, before, 0, None)];
            check(given, record(1, asked), Ok(vec![recorded(1, after, 0, None)]));
        }
    }

    #[test]
    fn time_adds_up_and_a_score_stays_until_the_next() {
        let elsewhere = RecordProgress {
            lesson_quiz: LessonQuiz::Elsewhere,
            time_spent: TimeSpent::parse(86_400).unwrap(),
            ..record(1, InProgress)
        };
        let score = Score::parse("66.67").unwrap();
        let scored = RecordProgress { quiz_score: Some(score), ..elsewhere.clone() };
        let percent = Some(score.percent());
        check(vec![enrolled()], scored, Ok(vec![recorded(1, InProgress, 86_400, percent)]));
        let given = vec![enrolled(), recorded(1, InProgress, 600, percent)];
        check(given, elsewhere, Ok(vec![recorded(1, InProgress, 87_000, percent)]));
    }

    #[test]
    fn the_last_lesson_completes_the_course_once() {
        let given = vec![enrolled(), recorded(2, Completed, 0, None)];
        let last = recorded(1, Completed, 0, None);
        check(given.clone(), record(1, Completed), Ok(vec![last.clone(), course_completed(50)]));
        let reset = vec![last.clone(), course_completed(9), recorded(1, NotStarted, 0, None)];
        check([given, reset].concat(), record(1, Completed), Ok(vec![last]));
    }

    #[test]
    fn lessons_that_are_gone_do_not_count() {
        let given = vec![enrolled(), recorded(3, Completed, 0, None)];
        check(given, record(1, Completed), Ok(vec![recorded(1, Completed, 0, None)]));
    }

    #[test]
    fn who_left_or_has_no_right_notes_nothing() {
        let not_enrolled = Err(RecordProgressError::NotEnrolled);
        check(Vec::new(), record(1, Completed), not_enrolled.clone());
        check(vec![enrolled(), dropped()], record(1, Completed), not_enrolled);
        let refunded = RecordProgress { has_access: false, ..record(1, Completed) };
        check(vec![enrolled()], refunded, Err(RecordProgressError::NoAccess));
        check(vec![enrolled()], record(3, Completed), Err(RecordProgressError::UnknownLesson));
        let given = vec![enrolled(), dropped(), resumed()];
        check(given, record(1, Completed), Ok(vec![recorded(1, Completed, 0, None)]));
    }

    #[test]
    fn a_score_is_taken_only_where_the_academy_has_no_quiz() {
        let quiz = Some(QuizId::new(Uuid::from_u128(9)));
        for (lesson_type, quiz_id, taken) in [
            (LessonType::Quiz, None, true),
            (LessonType::Quiz, quiz, false),
            (LessonType::Text, quiz, false),
            (LessonType::Text, None, false),
            (LessonType::Video, None, false),
            (LessonType::Exercise, None, false),
        ] {
            let score = Score::parse("100").unwrap();
            let lesson_quiz = LessonQuiz::of(lesson_type, quiz_id);
            let command = RecordProgress { lesson_quiz, quiz_score: Some(score), ..record(1, InProgress) };
            let event = recorded(1, InProgress, 0, Some(score.percent()));
            let expected = if taken { Ok(vec![event]) } else { Err(RecordProgressError::ScoreNotTaken) };
            check(vec![enrolled()], command, expected);
        }
    }
}
