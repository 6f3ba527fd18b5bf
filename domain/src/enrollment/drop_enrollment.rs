//! Somebody leaves a course.

use events::{EnrollmentDropped, EnrollmentEvent};

use super::{Enrollment, LearnerInCourse};

/// Leaves the course: it opens nothing until they enroll again. How far they had come is kept, and so are their rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DropEnrollment;

/// Why there is nothing to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DropEnrollmentError {
    /// They are not in the course: never enrolled, or left already.
    #[error("they are not enrolled")]
    NotEnrolled,
}

impl Enrollment {
    /// Decides [`DropEnrollment`].
    ///
    /// # Errors
    /// [`DropEnrollmentError`] says which.
    pub fn drop_out(&self, DropEnrollment: DropEnrollment) -> Result<Vec<EnrollmentEvent>, DropEnrollmentError> {
        let learner = self.present().ok_or(DropEnrollmentError::NotEnrolled)?;
        let LearnerInCourse { enrollment_id, user_id, course_id, .. } = *learner;
        Ok(vec![EnrollmentDropped { enrollment_id, user_id, course_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{course_completed, dropped, enrolled, resumed};

    #[test]
    fn who_is_there_may_leave_also_after_completing() {
        for given in [vec![enrolled()], vec![enrolled(), course_completed(9)], vec![enrolled(), dropped(), resumed()]] {
            TestFramework::<Enrollment>::with(())
                .given(given)
                .when(DropEnrollment.into())
                .then_expect_events(vec![dropped()]);
        }
    }

    #[test]
    fn who_is_not_there_does_not_leave() {
        for given in [Vec::new(), vec![enrolled(), dropped()]] {
            TestFramework::<Enrollment>::with(())
                .given(given)
                .when(DropEnrollment.into())
                .then_expect_error(DropEnrollmentError::NotEnrolled.into());
        }
    }
}
