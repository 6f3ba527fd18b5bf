//! A lesson leaves a course.

use events::{CourseEvent, LessonId, LessonRemoved};

use super::{Course, Editor, NotEditable};

/// Removes a lesson. What learners did in it counts no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoveLesson {
    /// The lesson.
    pub lesson_id: LessonId,
    /// Who asks.
    pub by: Editor,
}

/// Why the lesson stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoveLessonError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// The course has no such lesson.
    #[error("the course has no such lesson")]
    UnknownLesson,
}

impl Course {
    /// Decides [`RemoveLesson`].
    ///
    /// # Errors
    /// [`RemoveLessonError`] says which.
    pub fn remove_lesson(&self, command: RemoveLesson) -> Result<Vec<CourseEvent>, RemoveLessonError> {
        let details = self.editable_by(command.by)?;
        let (module, lesson) = details.lesson(command.lesson_id).ok_or(RemoveLessonError::UnknownLesson)?;
        let (module_id, lesson_id) = (module.module_id, lesson.lesson_id);
        Ok(vec![LessonRemoved { course_id: details.course_id, module_id, lesson_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{
        course_created, course_id, lesson_added, lesson_id, module_added, module_id, other_instructor, owner,
    };

    fn remove(n: u128) -> RemoveLesson {
        RemoveLesson { lesson_id: lesson_id(n), by: owner() }
    }

    fn given() -> Vec<CourseEvent> {
        vec![course_created(), module_added(1, 1), module_added(2, 2), lesson_added(2, 1, 1)]
    }

    fn removed() -> CourseEvent {
        LessonRemoved { course_id: course_id(), module_id: module_id(2), lesson_id: lesson_id(1) }.into()
    }

    #[test]
    fn a_lesson_goes_from_the_module_it_is_in() {
        TestFramework::<Course>::with(()).given(given()).when(remove(1).into()).then_expect_events(vec![removed()]);
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        for (events, command, error) in [
            (given(), remove(2), RemoveLessonError::UnknownLesson),
            ([given(), vec![removed()]].concat(), remove(1), RemoveLessonError::UnknownLesson),
            (given(), RemoveLesson { by: other_instructor(), ..remove(1) }, NotEditable::NotOwner.into()),
            (Vec::new(), remove(1), NotEditable::NotFound.into()),
        ] {
            TestFramework::<Course>::with(()).given(events).when(command.into()).then_expect_error(error.into());
        }
    }
}
