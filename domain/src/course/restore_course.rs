//! A course that was put away comes back as a draft.

use events::{CourseEvent, CourseRestored};

use super::{Course, CourseStatus, Editor, NotEditable};

/// Makes a draft of a course that was put away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoreCourse {
    /// Who asks.
    pub by: Editor,
}

/// Why it stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreCourseError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// It was not put away.
    #[error("the course is not archived")]
    NotArchived,
}

impl Course {
    /// Decides [`RestoreCourse`].
    ///
    /// # Errors
    /// [`RestoreCourseError`] says which.
    pub fn restore(&self, command: RestoreCourse) -> Result<Vec<CourseEvent>, RestoreCourseError> {
        let details = self.editable_by(command.by)?;
        match details.status {
            CourseStatus::Archived => Ok(vec![CourseRestored { course_id: details.course_id }.into()]),
            CourseStatus::Draft | CourseStatus::Published => Err(RestoreCourseError::NotArchived),
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{
        admin, course_archived, course_published, course_restored, course_step, course_unpublished, other_instructor,
        owner,
    };

    fn check(more: &[CourseEvent], by: Editor, expected: Result<CourseStatus, RestoreCourseError>) {
        course_step(more, RestoreCourse { by }, course_restored(), expected);
    }

    #[test]
    fn what_was_put_away_is_a_draft_again() {
        let not_archived = Err(RestoreCourseError::NotArchived);
        for by in [owner(), admin()] {
            check(&[course_published(), course_archived()], by, Ok(CourseStatus::Draft));
            check(&[], by, not_archived);
            check(&[course_published()], by, not_archived);
            check(&[course_published(), course_unpublished()], by, not_archived);
            check(&[course_archived(), course_restored()], by, not_archived);
        }
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        check(&[], other_instructor(), Err(NotEditable::NotOwner.into()));
        TestFramework::<Course>::with(())
            .given_no_previous_events()
            .when(RestoreCourse { by: owner() }.into())
            .then_expect_error(RestoreCourseError::from(NotEditable::NotFound).into());
    }
}
