//! GET /quizzes/{id}/attempts: my attempts at a quiz; everybody's, for who writes it.

use access::{Access, Caller, log_failure};
use axum::extract::State;
use events::{Percent, QuizId, UserId};
use read_models::QUIZZES_PROJECTION;
use read_models::views::{self, AttemptView};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Pagination, PathId, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use super::{Asked, no_access};
use crate::Reads;

/// A page of attempts.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttemptList {
    attempts: Vec<AttemptView>,
    /// The best score of all of them, in percent, 2 decimals; null when there are none.
    best_score: Option<f64>,
    pagination: Pagination,
}

/// The attempts at a quiz, newest first: the caller's; everybody's for the owner of the course and for admins.
///
/// Whoever has been in the course keeps the sight of what they answered.
#[utoipa::path(
    get,
    path = "/quizzes/{id}/attempts",
    tag = "courses",
    security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "the quiz"),
        ("page" = Option<u32>, Query, minimum = 1, description = "1 by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "10 by default"),
        ("user_id" = Option<uuid::Uuid>, Query, description = "of this person; the owner's and admins' choice"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<AttemptList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `no_access`, `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such quiz, or not visible", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_attempts(
    State(reads): State<Reads>,
    State(access): State<Access>,
    PathId(id): PathId<QuizId>,
    caller: Caller,
    context: RequestContext,
    mut params: QueryParams,
) -> Result<Success<AttemptList>, ApiError> {
    let page = params.page();
    let wanted: Option<UserId> = params.optional("user_id", |text| text.parse().map_err(|_| "invalid"));
    params.finish()?;
    let asked = Asked::about(&reads, &access, &caller, id).await?;
    let whose = whose(&asked, &caller, wanted)?;
    let position = reads.begin(&context, &[QUIZZES_PROJECTION]).await?;
    let found = views::list_attempts(reads.database(), id, whose, (page.skip(), page.limit)).await;
    let found = found.map_err(|error| log_failure(&error))?;
    let list = AttemptList {
        attempts: found.attempts.into_iter().map(AttemptView::from).collect(),
        best_score: found.best_score.map(Percent::value),
        pagination: Pagination::new(page, found.total),
    };
    Ok(Success::data(list).position(position))
}

/// Whose attempts a caller sees who wants to see somebody's; none stands for everybody's.
fn whose(asked: &Asked, caller: &Caller, wanted: Option<UserId>) -> Result<Option<UserId>, ApiError> {
    if asked.content.rights.is_editor() {
        return Ok(wanted);
    }
    if !asked.opens && asked.content.enrollment.learner.is_none() {
        return Err(no_access());
    }
    if wanted.is_some_and(|wanted| wanted != caller.user_id) {
        return Err(ApiError::forbidden());
    }
    Ok(Some(caller.user_id))
}
