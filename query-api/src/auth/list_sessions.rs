//! GET /auth/sessions: where I am signed in.

use std::collections::HashMap;

use access::{Caller, log_failure};
use axum::extract::State;
use event_log::{EventLog, LogError, Opened};
use events::{Actor, Position, SessionId, Timestamp};
use read_models::views::{SessionView, load_sessions};
use read_models::{DeviceSession, USERS_PROJECTION};
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
        let live = load_sessions(reads.database(), caller.user_id).await?.live(now);
        // The session at hand is one of them.
        Ok(live.iter().any(|session| session.id == caller.session_id).then_some(live))
    };
    let (live, position) = reads.find_own(&context, &[USERS_PROJECTION], find).await?;
    let pagination = Pagination::new(page, live.len() as u64);
    let skipped = usize::try_from(page.skip()).unwrap_or(usize::MAX);
    let on_page = live.into_iter().skip(skipped).take(page.limit as usize).collect();
    let sessions = with_devices(on_page, reads.log(), caller.session_id).await.map_err(|error| log_failure(&error))?;
    Ok(Success::data(SessionList { sessions, pagination }).position(position))
}

/// Sessions as their owner sees them, who asks by the session `current`. Where their devices are is personal, and in no
/// read collection: it is in the events that they began with. Those of a person are never more than one reading gives.
pub(super) async fn with_devices(
    sessions: Vec<DeviceSession>,
    log: &EventLog,
    current: SessionId,
) -> Result<Vec<SessionView>, LogError> {
    let mut positions: Vec<Position> = sessions.iter().filter_map(|session| session.position).collect();
    positions.sort_unstable();
    let opened = log.open_events(log.read_at(&positions).await?).await?;
    let known = opened.into_iter().filter_map(|event| match event {
        Opened::Known(began) => Some((began.position, began.actor)),
        Opened::Unknown { .. } => None,
    });
    let actors: HashMap<Position, Actor> = known.collect();
    let view = |session: DeviceSession| {
        let device = session.position.and_then(|position| actors.get(&position));
        session.view(device, current)
    };
    Ok(sessions.into_iter().map(view).collect())
}
