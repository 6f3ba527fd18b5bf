//! DELETE /quizzes/:id: a quiz is gone, also from its lesson. The attempts at it stay, and what they have completed.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::quiz::RemoveQuiz;
use domain::{Course, Quiz};
use events::{Fold, QuizId, StreamId, Timestamp};
use service_kit::http::{ErrorBody, MessageBody, PathId};

use super::change_quiz::existing;
use super::lesson_of_quiz::attach;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::courses::editor;

/// Removes a quiz.
#[utoipa::path(
    delete, path = "/quizzes/{id}", tag = "course", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The quiz")),
    responses(
        (status = 200, body = MessageBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn remove_quiz(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(quiz_id): PathId<QuizId>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let done = commands.run(&origin, &Remove { quiz_id, caller }).await?;
    Ok(done.message(context.text("quiz_removed")).into_response())
}

struct Remove {
    quiz_id: QuizId,
    caller: Caller,
}

impl UseCase for Remove {
    type Outcome = QuizId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<QuizId, Refusal> {
        let by = editor(work, &self.caller).await?;
        let mut quiz = work.load::<Quiz>(self.quiz_id).await?;
        let mut course = work.load::<Course>(existing(&quiz)?.course_id).await?;
        attach(&mut course, by, self.quiz_id, None).await?;
        quiz.decide(RemoveQuiz).await?;
        work.put(course);
        work.put(quiz);
        Ok(self.quiz_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Quiz::stream(self.quiz_id))
    }
}
