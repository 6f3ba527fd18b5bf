//! GET /auth/sessions: where I am signed in.

use access::Caller;
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
    let find = || async {
        let live = load_sessions(reads.database(), caller.user_id).await?.live_views(caller.session_id, now);
        // The session at hand is one of them.
        Ok(live.iter().any(|session| session.current).then_some(live))
    };
    let (live, position) = reads.find_own(&context, &[USERS_PROJECTION], find).await?;
    let pagination = Pagination::new(page, live.len() as u64);
    let skipped = usize::try_from(page.skip()).unwrap_or(usize::MAX);
    let sessions = live.into_iter().skip(skipped).take(page.limit as usize).collect();
    Ok(Success::data(SessionList { sessions, pagination }).position(position))
}
