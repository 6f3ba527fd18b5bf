//! Somebody enrolls in a course.

use events::{
    CourseId, EnrollmentEvent, EnrollmentId, EnrollmentResumed, EnrollmentSource, LearnerEnrolled, LessonId, Timestamp,
    UserId,
};

use super::{Enrollment, LearnerInCourse};
use crate::course::CourseStatus;

/// Enrolls somebody who asks for it; who had left comes back, as far as they had come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrollLearner {
    /// Who.
    pub user_id: UserId,
    /// In which course.
    pub course_id: CourseId,
    /// What the course is now.
    pub course_status: CourseStatus,
    /// By what right it is open to them; none when nothing opens the course to them yet.
    pub right: Option<EnrollmentSource>,
    /// Whether the course is free: who has no right has one by enrolling.
    pub is_free: bool,
    /// The lessons of now.
    pub lessons_now: Vec<LessonId>,
    /// When.
    pub now: Timestamp,
}

/// Why they are not enrolled by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrollLearnerError {
    /// They are enrolled, and the course is open to them.
    #[error("they are enrolled already")]
    AlreadyEnrolled,
    /// The course is a draft, or was put away: nobody enters, and who left does not come back.
    #[error("the course is not published")]
    NotPublished,
    /// It costs something, and no right of theirs lives.
    #[error("nothing opens the course to them")]
    PaymentRequired,
}

impl Enrollment {
    /// Decides [`EnrollLearner`]. Whether the course is in the catalogue comes first: of one that is not, nobody who sees
    /// it is told anything else (api.md §9), not even that they are in it. Who is in the course and has lost every right to it, and finds it free now, stays in it:
    /// there is no event, since the right that they get is no matter of this stream.
    ///
    /// # Errors
    /// [`EnrollLearnerError`] says which.
    pub fn enroll(&self, command: EnrollLearner) -> Result<Vec<EnrollmentEvent>, EnrollLearnerError> {
        match command.course_status {
            CourseStatus::Published => {}
            CourseStatus::Draft | CourseStatus::Archived => return Err(EnrollLearnerError::NotPublished),
        }
        let is_present = self.present().is_some();
        if is_present && command.right.is_some() {
            return Err(EnrollLearnerError::AlreadyEnrolled);
        }
        let free = command.is_free.then_some(EnrollmentSource::Free);
        let source = command.right.or(free).ok_or(EnrollLearnerError::PaymentRequired)?;
        if is_present {
            return Ok(Vec::new());
        }
        let (user_id, course_id) = (command.user_id, command.course_id);
        Ok(self.begun(user_id, course_id, source, &command.lessons_now, command.now))
    }

    /// The learner enters, or comes back; who comes back to a course of which they have done all that is left has
    /// completed it.
    pub(super) fn begun(
        &self,
        user_id: UserId,
        course_id: CourseId,
        source: EnrollmentSource,
        lessons_now: &[LessonId],
        now: Timestamp,
    ) -> Vec<EnrollmentEvent> {
        let Some(learner) = &self.learner else {
            let enrollment_id = EnrollmentId::of(user_id, course_id);
            return vec![LearnerEnrolled { enrollment_id, user_id, course_id, source }.into()];
        };
        let LearnerInCourse { enrollment_id, user_id, course_id, .. } = *learner;
        let resumed = EnrollmentResumed { enrollment_id, user_id, course_id, source };
        [Some(resumed.into()), learner.completed(lessons_now, now)].into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::LessonStatus;

    use super::*;
    use crate::fixtures::{at, course_completed, course_id, dropped, enrolled, lesson_id, recorded, resumed, user_id};

    fn enroll(course_status: CourseStatus, right: Option<EnrollmentSource>) -> EnrollLearner {
        let (user_id, course_id, lessons_now) = (user_id(5), course_id(), vec![lesson_id(1), lesson_id(2)]);
        EnrollLearner { user_id, course_id, course_status, right, is_free: false, lessons_now, now: at(50) }
    }

    fn free() -> Option<EnrollmentSource> {
        Some(EnrollmentSource::Free)
    }

    fn check(
        given: Vec<EnrollmentEvent>,
        command: EnrollLearner,
        expected: Result<Vec<EnrollmentEvent>, EnrollLearnerError>,
    ) {
        let test = TestFramework::<Enrollment>::with(()).given(given).when(command.into());
        match expected {
            Ok(events) => test.then_expect_events(events),
            Err(error) => test.then_expect_error(error.into()),
        }
    }

    #[test]
    fn a_right_opens_a_published_course() {
        check(Vec::new(), enroll(CourseStatus::Published, free()), Ok(vec![enrolled()]));
        check(Vec::new(), enroll(CourseStatus::Published, None), Err(EnrollLearnerError::PaymentRequired));
        for status in [CourseStatus::Draft, CourseStatus::Archived] {
            check(Vec::new(), enroll(status, free()), Err(EnrollLearnerError::NotPublished));
        }
    }

    #[test]
    fn a_free_course_opens_to_who_has_no_right() {
        let to_free = |status| EnrollLearner { is_free: true, ..enroll(status, None) };
        check(Vec::new(), to_free(CourseStatus::Published), Ok(vec![enrolled()]));
        check(Vec::new(), to_free(CourseStatus::Draft), Err(EnrollLearnerError::NotPublished));
        check(vec![enrolled(), dropped()], to_free(CourseStatus::Published), Ok(vec![resumed()]));
        check(vec![enrolled()], to_free(CourseStatus::Published), Ok(Vec::new()));
    }

    #[test]
    fn nobody_enrolls_twice() {
        for given in [vec![enrolled()], vec![enrolled(), dropped(), resumed()]] {
            check(given.clone(), enroll(CourseStatus::Published, free()), Err(EnrollLearnerError::AlreadyEnrolled));
            for status in [CourseStatus::Archived, CourseStatus::Draft] {
                check(given.clone(), enroll(status, free()), Err(EnrollLearnerError::NotPublished));
            }
            // Who was paid back is in the course still, and pays again to go on.
            check(given, enroll(CourseStatus::Published, None), Err(EnrollLearnerError::PaymentRequired));
        }
    }

    #[test]
    fn who_left_comes_back_while_a_right_lives() {
        let given = || vec![enrolled(), recorded(1, LessonStatus::Completed, 0, None), dropped()];
        check(given(), enroll(CourseStatus::Published, free()), Ok(vec![resumed()]));
        check(given(), enroll(CourseStatus::Published, None), Err(EnrollLearnerError::PaymentRequired));
        for status in [CourseStatus::Draft, CourseStatus::Archived] {
            for right in [free(), None] {
                check(given(), enroll(status, right), Err(EnrollLearnerError::NotPublished));
            }
        }
    }

    #[test]
    fn who_comes_back_and_has_nothing_left_to_do_has_completed_the_course_once() {
        let command = EnrollLearner { lessons_now: vec![lesson_id(1)], ..enroll(CourseStatus::Published, free()) };
        let given = vec![enrolled(), recorded(1, LessonStatus::Completed, 0, None)];
        let left = [given.clone(), vec![dropped()]].concat();
        check(left, command.clone(), Ok(vec![resumed(), course_completed(50)]));
        check([given, vec![course_completed(9), dropped()]].concat(), command, Ok(vec![resumed()]));
    }
}
