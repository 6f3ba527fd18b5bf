//! GET /admin/projections/:name/rebuild: how far the last rebuild is.

use access::{Caller, log_failure};
use axum::extract::State;
use domain::ProjectionControl;
use domain::projection_control::RebuildEnd;
use event_log::LogError;
use events::{Fold as _, Timestamp};
use read_models::views::{RebuildView, load_rebuild};
use read_models::{ALL_PROJECTIONS, RebuildState};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// A rebuild under its name.
#[derive(Serialize, ToSchema)]
#[schema(as = ShownRebuild)]
pub(crate) struct RebuildAnswer {
    rebuild: RebuildView,
}

/// The last rebuild of a projection.
#[utoipa::path(
    get,
    path = "/admin/projections/{name}/rebuild",
    tag = "admin",
    security(("bearer" = [])),
    params(("name" = String, Path, description = "the projection")),
    responses(
        (status = 200, body = DataBody<RebuildAnswer>, headers(
            ("X-Position" = u64, description = "the end of the log"),
        )),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such projection, or it was never rebuilt", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_rebuild(
    State(reads): State<Reads>,
    caller: Caller,
    _context: RequestContext,
    PathId(name): PathId<String>,
) -> Result<Success<RebuildAnswer>, ApiError> {
    caller.must_be_admin()?;
    if !ALL_PROJECTIONS.contains(&name.as_str()) {
        return Err(ApiError::not_found());
    }
    let failed = |error: LogError| log_failure(&error);
    let log = reads.log();
    let head = log.head().await.map_err(failed)?.position;
    let control = log.load::<ProjectionControl>(&name).await.map_err(failed)?;
    let asked = control.state.rebuild.clone().ok_or_else(ApiError::not_found)?;
    let record = load_rebuild(reads.database(), &name).await.map_err(failed)?;
    let record = record.filter(|record| record.rebuild_id == asked.rebuild_id.to_string());
    let mut rebuild = match record {
        Some(record) => record.into(),
        // Nobody has begun it yet.
        None => {
            let asked_at = last_time(&reads, &name, "RebuildRequested").await?;
            RebuildView::asked_for(head, asked_at.ok_or_else(ApiError::not_found)?)
        }
    };
    if asked.end == Some(RebuildEnd::Cancelled) && !rebuild.state.is_over() && rebuild.state != RebuildState::Swapping {
        (rebuild.state, rebuild.eta_seconds) = (RebuildState::Cancelled, None);
        // Who works on it will say so too, if anybody does.
        rebuild.finished_at = last_time(&reads, &name, "RebuildCancelled").await?;
    }
    Ok(Success::data(RebuildAnswer { rebuild }).position(head))
}

/// When such a thing was last said of a projection's rebuilds.
async fn last_time(reads: &Reads, name: &str, event_type: &str) -> Result<Option<Timestamp>, ApiError> {
    let stream = ProjectionControl::stream(name);
    let events = reads.log().read_stream(&stream, 0).await.map_err(|error| log_failure(&error))?;
    Ok(events.iter().rfind(|event| event.event_type == event_type).map(|event| event.time))
}
