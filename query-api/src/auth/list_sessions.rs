//! GET /auth/sessions: where I am signed in.

use access::{Caller, log_failure};
use axum::extract::State;
use events::Timestamp;
use read_models::USERS_PROJECTION;
use read_models::views::{SessionView, load_sessions};
use serde::Serialize;
use service_kit::clock::Clock;
use service_kit::http::{ApiError, DataBody, ErrorBody, Pagination, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// A page of my sessions.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionList {
    sessions: Vec<SessionView>,
    pagination: Pagination,
}

/// The caller's live sessions, newest first.
///
/// Somebody whose token is good has a live session. When the list does not show it, the read side is behind, or began
/// anew: it is waited for.
#[utoipa::path(
    get,
    path = "/auth/sessions",
    tag = "auth",
    security(("bearer" = [])),
    params(
        ("page" = Option<u32>, Query, minimum = 1, description = "1 by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "10 by default"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<SessionList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`user_suspended`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_sessions(
    State(reads): State<Reads>,
    State(clock): State<Clock>,
    caller: Caller,
    context: RequestContext,
    mut params: QueryParams,
) -> Result<Success<SessionList>, ApiError> {
    let page = params.page();
    params.finish()?;
    let now = Timestamp::new(clock.now());
    let mut position = reads.begin(&context, &[USERS_PROJECTION]).await?;
    let mut live = find(&reads, &caller, now).await?;
    if !shows_current(&live) {
        position = reads.catch_up(&[USERS_PROJECTION]).await?;
        live = find(&reads, &caller, now).await?;
    }
    if !shows_current(&live) {
        return Err(ApiError::read_model_behind().caused_by("a live session without document, parked or being rebuilt"));
    }
    let pagination = Pagination::new(page, live.len() as u64);
    let skipped = usize::try_from(page.skip()).unwrap_or(usize::MAX);
    let sessions = live.into_iter().skip(skipped).take(page.limit as usize).collect();
    Ok(Success::data(SessionList { sessions, pagination }).position(position))
}

async fn find(reads: &Reads, caller: &Caller, now: Timestamp) -> Result<Vec<SessionView>, ApiError> {
    let sessions = load_sessions(reads.database(), caller.user_id).await.map_err(|error| log_failure(&error))?;
    Ok(sessions.live_views(caller.session_id, now))
}

fn shows_current(sessions: &[SessionView]) -> bool {
    sessions.iter().any(|session| session.current)
}
