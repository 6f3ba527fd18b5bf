//! GET /quizzes/{id}: a quiz, without its answers for who is to answer it.

use access::{Access, Caller};
use axum::extract::State;
use events::QuizId;
use read_models::views::{Audience, QuizView, load_quiz};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use super::{Asked, READ, no_access};
use crate::Reads;

/// A quiz.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShownQuiz {
    quiz: QuizView,
}

/// A quiz, for whom its course is open to.
///
/// The answers, their explanations and sources are there for the owner of the course and for admins only.
#[utoipa::path(
    get,
    path = "/quizzes/{id}",
    tag = "courses",
    security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "the quiz"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<ShownQuiz>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`no_access`, `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such quiz, or not visible", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_quiz(
    State(reads): State<Reads>,
    State(access): State<Access>,
    PathId(id): PathId<QuizId>,
    caller: Caller,
    context: RequestContext,
) -> Result<Success<ShownQuiz>, ApiError> {
    let asked = Asked::about(&reads, &access, &caller, id).await?;
    if !asked.opens {
        return Err(no_access());
    }
    let audience = if asked.content.rights.is_editor() { Audience::Owner } else { Audience::Everyone };
    let find = || load_quiz(reads.database(), id);
    let ((quiz, lesson_id), position) = reads.find_own(&context, &READ, find).await?;
    Ok(Success::data(ShownQuiz { quiz: QuizView::new(quiz, lesson_id, audience) }).position(position))
}
