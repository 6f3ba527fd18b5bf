//! A course leaves the catalogue to be worked on.

use events::{CourseEvent, CourseUnpublished};

use super::{Course, CourseStatus, Editor, NotEditable};

/// Takes a course out of the catalogue; it is a draft again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnpublishCourse {
    /// Who asks.
    pub by: Editor,
}

/// Why it stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnpublishCourseError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// It is not in the catalogue.
    #[error("the course is not published")]
    NotPublished,
}

impl Course {
    /// Decides [`UnpublishCourse`].
    ///
    /// # Errors
    /// [`UnpublishCourseError`] says which.
    pub fn unpublish(&self, command: UnpublishCourse) -> Result<Vec<CourseEvent>, UnpublishCourseError> {
        let details = self.editable_by(command.by)?;
        match details.status {
            CourseStatus::Published => Ok(vec![CourseUnpublished { course_id: details.course_id }.into()]),
            CourseStatus::Draft | CourseStatus::Archived => Err(UnpublishCourseError::NotPublished),
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

    fn check(more: &[CourseEvent], by: Editor, expected: Result<CourseStatus, UnpublishCourseError>) {
        course_step(more, UnpublishCourse { by }, course_unpublished(), expected);
    }

    #[test]
    fn only_what_is_published_becomes_a_draft() {
        let not_published = Err(UnpublishCourseError::NotPublished);
        for by in [owner(), admin()] {
            check(&[course_published()], by, Ok(CourseStatus::Draft));
            check(&[], by, not_published);
            check(&[course_published(), course_unpublished()], by, not_published);
            check(&[course_published(), course_archived()], by, not_published);
            check(&[course_archived(), course_restored()], by, not_published);
        }
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        check(&[], other_instructor(), Err(NotEditable::NotOwner.into()));
        TestFramework::<Course>::with(())
            .given_no_previous_events()
            .when(UnpublishCourse { by: owner() }.into())
            .then_expect_error(UnpublishCourseError::from(NotEditable::NotFound).into());
    }
}
