//! A course goes into the catalogue.

use events::{CourseEvent, CoursePublished};

use super::{Course, CourseStatus, Editor, NotEditable};

/// Puts a course into the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishCourse {
    /// Who asks.
    pub by: Editor,
}

/// Why it is not put there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishCourseError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// It is there already.
    #[error("the course is published already")]
    AlreadyPublished,
    /// It was put away, and must be restored first.
    #[error("the course is archived")]
    Archived,
    /// No module of it has a lesson.
    #[error("a course needs a module with a lesson to be published")]
    Incomplete,
}

impl Course {
    /// Decides [`PublishCourse`].
    ///
    /// # Errors
    /// [`PublishCourseError`] says which.
    pub fn publish(&self, command: PublishCourse) -> Result<Vec<CourseEvent>, PublishCourseError> {
        let details = self.editable_by(command.by)?;
        match details.status {
            CourseStatus::Published => Err(PublishCourseError::AlreadyPublished),
            CourseStatus::Archived => Err(PublishCourseError::Archived),
            CourseStatus::Draft if details.lesson_count() == 0 => Err(PublishCourseError::Incomplete),
            CourseStatus::Draft => Ok(vec![CoursePublished { course_id: details.course_id }.into()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{
        admin, course_archived, course_created, course_published, course_restored, lesson_added, module_added,
        other_instructor, owner,
    };

    fn expect_error(events: Vec<CourseEvent>, by: Editor, error: PublishCourseError) {
        TestFramework::<Course>::with(())
            .given(events)
            .when(PublishCourse { by }.into())
            .then_expect_error(error.into());
    }

    fn complete() -> Vec<CourseEvent> {
        vec![course_created(), module_added(1, 1), module_added(2, 2), lesson_added(2, 1, 1)]
    }

    #[test]
    fn a_module_with_a_lesson_is_enough() {
        for by in [owner(), admin()] {
            TestFramework::<Course>::with(())
                .given(complete())
                .when(PublishCourse { by }.into())
                .then_expect_events(vec![course_published()]);
        }
    }

    #[test]
    fn an_empty_course_stays_a_draft() {
        expect_error(vec![course_created()], owner(), PublishCourseError::Incomplete);
        expect_error(vec![course_created(), module_added(1, 1)], owner(), PublishCourseError::Incomplete);
    }

    #[test]
    fn a_course_is_published_once() {
        let mut events = complete();
        events.push(course_published());
        expect_error(events, owner(), PublishCourseError::AlreadyPublished);
    }

    #[test]
    fn what_was_put_away_must_be_restored_first() {
        let mut events = complete();
        events.push(course_archived());
        expect_error(events.clone(), owner(), PublishCourseError::Archived);
        events.push(course_restored());
        TestFramework::<Course>::with(())
            .given(events)
            .when(PublishCourse { by: owner() }.into())
            .then_expect_events(vec![course_published()]);
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        expect_error(complete(), other_instructor(), NotEditable::NotOwner.into());
        expect_error(vec![], owner(), NotEditable::NotFound.into());
    }
}
