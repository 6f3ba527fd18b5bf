//! What every change of a course that exists has in common.

use access::Caller;
use domain::course::{CourseCommand, Editor};
use domain::{Course, Quiz};
use events::{CourseId, Fold, LessonId, ModuleId, QuizId, StreamId, Timestamp};
use read_models::views::{Audience, CourseView};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service_kit::http::{ApiError, Success};

use super::create_course::CourseAnswer;
use super::editor;
use crate::Refusal;
use crate::commands::{Commands, Done, UnitOfWork, UseCase};
use crate::views::course_documents;

/// A command to a course by whoever calls.
pub(super) struct Edit<O, F> {
    course_id: CourseId,
    caller: Caller,
    outcome: O,
    command: F,
    quiz_id: Option<QuizId>,
}

impl<O, F, C> Edit<O, F>
where
    F: Fn(&Course, Editor) -> Result<C, Refusal>,
{
    /// The outcome is what it is about: the course, or what is new in it. The command may depend on the course, which
    /// is handed to it with who gives it.
    pub(super) const fn new(course_id: CourseId, caller: Caller, outcome: O, command: F) -> Self {
        Self { course_id, caller, outcome, command, quiz_id: None }
    }

    /// With a quiz that the command names: it must be one of the course, also at the moment of the commit.
    pub(super) fn naming_quiz(self, quiz_id: Option<QuizId>) -> Self {
        Self { quiz_id, ..self }
    }
}

impl<O, F, C> UseCase for Edit<O, F>
where
    O: Copy + Serialize + DeserializeOwned + Send + Sync,
    F: Fn(&Course, Editor) -> Result<C, Refusal> + Send + Sync,
    C: Into<CourseCommand> + Send,
{
    type Outcome = O;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<O, Refusal> {
        let by = editor(work, &self.caller).await?;
        let mut course = work.load::<Course>(self.course_id).await?;
        let command = (self.command)(course.state(), by)?;
        course.decide(command).await?;
        work.put(course);
        // After the decision: who may not edit the course learns nothing of its quizzes.
        quiz_must_be_of(work, self.course_id, self.quiz_id).await?;
        Ok(self.outcome)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Course::stream(self.course_id))
    }
}

/// A quiz that a lesson names must be one of the course, also at the moment of the commit.
///
/// # Errors
/// 400 when it is not; 503 when the log can't be read.
pub(super) async fn quiz_must_be_of(
    work: &mut UnitOfWork<'_>,
    course_id: CourseId,
    quiz_id: Option<QuizId>,
) -> Result<(), Refusal> {
    let Some(quiz_id) = quiz_id else { return Ok(()) };
    let quiz = work.load::<Quiz>(quiz_id).await?;
    if quiz.state().details.as_ref().is_none_or(|details| details.course_id != course_id) {
        return Err(ApiError::invalid("quiz_id", "invalid").into());
    }
    work.put(quiz);
    Ok(())
}

/// A lesson is to be had under its own module only. Whose course it is comes first: strangers learn nothing of it.
///
/// # Errors
/// 404; 403 for who may not edit the course.
pub(super) fn lesson_must_be_in(
    course: &Course,
    by: Editor,
    module_id: ModuleId,
    lesson_id: LessonId,
) -> Result<(), Refusal> {
    match course.editable_by(by)?.lesson(lesson_id) {
        Some((module, _)) if module.module_id == module_id => Ok(()),
        Some(_) | None => Err(ApiError::not_found().into()),
    }
}

/// The course as its owner sees it after a command.
///
/// # Errors
/// 503 when it can't be read.
pub(super) async fn course_answer<O: Sync>(
    commands: &Commands,
    course_id: CourseId,
    done: &Done<O>,
) -> Result<Success<CourseAnswer>, Refusal> {
    let documents = course_documents(commands.log(), course_id, done.pending).await?;
    Ok(done.answer(CourseAnswer {
        course: CourseView::new(documents, Audience::Owner).with_films(|id| commands.film(id)),
    }))
}
