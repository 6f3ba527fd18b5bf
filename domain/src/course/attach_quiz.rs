//! A lesson gets a quiz of its own, or loses it.

use events::{CourseEvent, Lesson, LessonChanged, LessonId, QuizId};

use super::{Course, Editor, NotEditable};

/// Says which quiz goes with a lesson: decided together with the quiz's own beginning or end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttachQuiz {
    /// The lesson.
    pub lesson_id: LessonId,
    /// Who asks.
    pub by: Editor,
    /// The quiz; none takes it away.
    pub quiz_id: Option<QuizId>,
}

/// Why the lesson stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttachQuizError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// The course has no such lesson.
    #[error("the course has no such lesson")]
    UnknownLesson,
}

impl Course {
    /// Decides [`AttachQuiz`]. The quiz it has already is no event.
    ///
    /// # Errors
    /// [`AttachQuizError`] says which.
    pub fn attach_quiz(&self, command: AttachQuiz) -> Result<Vec<CourseEvent>, AttachQuizError> {
        let details = self.editable_by(command.by)?;
        let (module, lesson) = details.lesson(command.lesson_id).ok_or(AttachQuizError::UnknownLesson)?;
        if lesson.quiz_id == command.quiz_id {
            return Ok(Vec::new());
        }
        let (course_id, module_id) = (details.course_id, module.module_id);
        let lesson = Lesson { quiz_id: command.quiz_id, ..lesson.clone() };
        Ok(vec![LessonChanged { course_id, module_id, lesson }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use uuid::Uuid;

    use super::*;
    use crate::fixtures::{
        course_created, course_id, lesson_added, lesson_id, module_added, module_id, other_instructor, owner,
        text_lesson,
    };

    fn quiz() -> Option<QuizId> {
        Some(QuizId::new(Uuid::from_u128(9)))
    }

    fn given() -> Vec<CourseEvent> {
        vec![course_created(), module_added(1, 1), lesson_added(1, 1, 1)]
    }

    fn changed(quiz_id: Option<QuizId>) -> CourseEvent {
        let lesson = Lesson { quiz_id, ..text_lesson(1) };
        LessonChanged { course_id: course_id(), module_id: module_id(1), lesson }.into()
    }

    fn attach(quiz_id: Option<QuizId>) -> AttachQuiz {
        AttachQuiz { lesson_id: lesson_id(1), by: owner(), quiz_id }
    }

    #[test]
    fn a_quiz_comes_and_goes_and_what_is_so_already_is_no_event() {
        for (before, command, expected) in [
            (None, attach(quiz()), vec![changed(quiz())]),
            (Some(changed(quiz())), attach(None), vec![changed(None)]),
            (Some(changed(quiz())), attach(quiz()), Vec::new()),
            (None, attach(None), Vec::new()),
        ] {
            TestFramework::<Course>::with(())
                .given(given().into_iter().chain(before).collect())
                .when(command.into())
                .then_expect_events(expected);
        }
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        for (events, command, error) in [
            (given(), AttachQuiz { lesson_id: lesson_id(2), ..attach(quiz()) }, AttachQuizError::UnknownLesson),
            (given(), AttachQuiz { by: other_instructor(), ..attach(quiz()) }, NotEditable::NotOwner.into()),
            (Vec::new(), attach(quiz()), NotEditable::NotFound.into()),
        ] {
            TestFramework::<Course>::with(()).given(events).when(command.into()).then_expect_error(error.into());
        }
    }
}
