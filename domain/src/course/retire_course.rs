//! A course is put away because its instructor is gone.

use events::CourseEvent;

use super::Course;

/// Puts the course of an erased instructor away: nobody is there to answer for it; who has access keeps it. The product
/// itself asks for it, again and again if need be: what is put away already stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetireCourse;

/// Why it stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetireCourseError {
    /// There is no such course.
    #[error("no such course")]
    NotFound,
}

impl Course {
    /// Decides [`RetireCourse`].
    ///
    /// # Errors
    /// [`RetireCourseError`] says which.
    pub fn retire(&self, RetireCourse: RetireCourse) -> Result<Vec<CourseEvent>, RetireCourseError> {
        let details = self.details.as_ref().ok_or(RetireCourseError::NotFound)?;
        Ok(details.archived().into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::CourseArchived;

    use super::*;
    use crate::fixtures::{course_archived, course_created, course_id, course_published};

    #[test]
    fn it_is_put_away_once() {
        let archived = CourseEvent::from(CourseArchived { course_id: course_id() });
        for (more, expected) in [
            (vec![], vec![archived.clone()]),
            (vec![course_published()], vec![archived]),
            (vec![course_archived()], vec![]),
        ] {
            TestFramework::<Course>::with(())
                .given([vec![course_created()], more].concat())
                .when(RetireCourse.into())
                .then_expect_events(expected);
        }
    }

    #[test]
    fn what_is_not_there_is_refused() {
        TestFramework::<Course>::with(())
            .given_no_previous_events()
            .when(RetireCourse.into())
            .then_expect_error(RetireCourseError::NotFound.into());
    }
}
