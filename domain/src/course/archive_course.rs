//! A course is put away.

use events::{CourseArchived, CourseEvent};

use super::{Course, CourseStatus, Editor, NotEditable};

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
        let details = self.editable_by(command.by)?;
        match details.status {
            CourseStatus::Draft | CourseStatus::Published => {
                Ok(vec![CourseArchived { course_id: details.course_id }.into()])
            }
            CourseStatus::Archived => Err(ArchiveCourseError::AlreadyArchived),
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::Fold;

    use super::*;
    use crate::fixtures::{
        admin, course_archived, course_created, course_id, course_published, course_restored, course_unpublished,
        other_instructor, owner,
    };

    fn check(more: &[CourseEvent], by: Editor, expected: Result<CourseStatus, ArchiveCourseError>) {
        let given = [&[course_created()], more].concat();
        let test = TestFramework::<Course>::with(()).given(given.clone()).when(ArchiveCourse { by }.into());
        match expected {
            Ok(status) => {
                let event = CourseEvent::from(CourseArchived { course_id: course_id() });
                test.then_expect_events(vec![event.clone()]);
                let mut course = Course::default();
                given.iter().chain([&event]).for_each(|event| course.apply(event));
                assert_eq!(course.details.map(|details| details.status), Some(status));
            }
            Err(error) => test.then_expect_error(error.into()),
        }
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
