//! A course is put away.

use events::{CourseArchived, CourseEvent};

use super::{Course, CourseDetails, CourseStatus, Editor, NotEditable};

/// Puts a course away: out of the catalogue, no new sale; who has access keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveCourse {
    /// Who asks.
    pub by: Editor,
}

/// Why it stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveCourseError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// It is put away already.
    #[error("the course is archived already")]
    AlreadyArchived,
}

impl Course {
    /// Decides [`ArchiveCourse`].
    ///
    /// # Errors
    /// [`ArchiveCourseError`] says which.
    pub fn archive(&self, command: ArchiveCourse) -> Result<Vec<CourseEvent>, ArchiveCourseError> {
        let archived = self.editable_by(command.by)?.archived().ok_or(ArchiveCourseError::AlreadyArchived)?;
        Ok(vec![archived])
    }
}

impl CourseDetails {
    /// What puts the course away; none when it is away already.
    pub(super) fn archived(&self) -> Option<CourseEvent> {
        match self.status {
            CourseStatus::Draft | CourseStatus::Published => Some(CourseArchived { course_id: self.course_id }.into()),
            CourseStatus::Archived => None,
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

    fn check(more: &[CourseEvent], by: Editor, expected: Result<CourseStatus, ArchiveCourseError>) {
        course_step(more, ArchiveCourse { by }, course_archived(), expected);
    }

    #[test]
    fn a_course_is_put_away_once_from_wherever_it_was() {
        for by in [owner(), admin()] {
            check(&[], by, Ok(CourseStatus::Archived));
            check(&[course_published()], by, Ok(CourseStatus::Archived));
            check(&[course_published(), course_unpublished()], by, Ok(CourseStatus::Archived));
            check(&[course_archived(), course_restored()], by, Ok(CourseStatus::Archived));
            check(&[course_archived()], by, Err(ArchiveCourseError::AlreadyArchived));
        }
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        check(&[], other_instructor(), Err(NotEditable::NotOwner.into()));
        TestFramework::<Course>::with(())
            .given_no_previous_events()
            .when(ArchiveCourse { by: owner() }.into())
            .then_expect_error(ArchiveCourseError::from(NotEditable::NotFound).into());
    }
}
