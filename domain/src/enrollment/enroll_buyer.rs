//! A purchase is completed: its buyer is in the course.

use events::{CourseId, EnrollmentEvent, EnrollmentSource, LessonId, Timestamp, UserId};

use super::Enrollment;

/// Enrolls who bought, in one commit with the purchase. It can't be refused: they have paid, whatever the course is by
/// now. Who is in the course already stays in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrollBuyer {
    /// Who.
    pub user_id: UserId,
    /// In which course.
    pub course_id: CourseId,
    /// The lessons of now.
    pub lessons_now: Vec<LessonId>,
    /// When.
    pub now: Timestamp,
}

/// There is no reason not to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrollBuyerError {}

impl Enrollment {
    /// Decides [`EnrollBuyer`].
    ///
    /// # Errors
    /// Never.
    pub fn enroll_buyer(&self, command: EnrollBuyer) -> Result<Vec<EnrollmentEvent>, EnrollBuyerError> {
        if self.present().is_some() {
            return Ok(Vec::new());
        }
        let (user_id, course_id, source) = (command.user_id, command.course_id, EnrollmentSource::Purchase);
        Ok(self.begun(user_id, course_id, source, &command.lessons_now, command.now))
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::{EnrollmentResumed, LearnerEnrolled};

    use super::*;
    use crate::fixtures::{at, course_id, dropped, enrolled, enrollment_id, lesson_id, user_id};

    #[test]
    fn buyers_enter_come_back_or_are_there() {
        let (enrollment_id, user_id, course_id, source) =
            (enrollment_id(), user_id(5), course_id(), EnrollmentSource::Purchase);
        for (given, expected) in [
            (Vec::new(), vec![LearnerEnrolled { enrollment_id, user_id, course_id, source }.into()]),
            (vec![enrolled(), dropped()], vec![EnrollmentResumed { enrollment_id, user_id, course_id, source }.into()]),
            (vec![enrolled()], Vec::new()),
        ] {
            let command = EnrollBuyer { user_id, course_id, lessons_now: vec![lesson_id(1)], now: at(50) };
            TestFramework::<Enrollment>::with(()).given(given).when(command.into()).then_expect_events(expected);
        }
    }
}
