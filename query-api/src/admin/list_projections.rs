//! GET /admin/projections: how far each projection is, and what it has parked.

use access::{Caller, log_failure};
use axum::extract::State;
use event_log::Leases;
use events::{Position, Timestamp};
use read_models::views::load_projections;
use read_models::{ALL_PROJECTIONS, Checkpoint, Parked, lease_name};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// The projections, by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectionList {
    projections: Vec<ProjectionView>,
}

/// A projection.
#[derive(Serialize, ToSchema)]
#[schema(as = Projection)]
struct ProjectionView {
    /// Its name.
    name: String,
    /// Version of the code that its documents are of.
    version: u32,
    /// The last event that its documents show.
    position: Position,
    /// The end of the log.
    head: Position,
    /// How many events it is behind.
    lag: u64,
    /// `live`; `rebuilding`; `parked`: live, and some documents are not; `stopped`: nobody writes it.
    #[schema(value_type = String, example = "live")]
    state: &'static str,
    /// Documents that could not follow the log, at most 1,000 of all projections.
    parked: Vec<ParkedView>,
    /// When it moved last; null when it never did.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
}

/// A document that could not follow the log.
#[derive(Serialize, ToSchema)]
#[schema(as = ParkedDocument)]
struct ParkedView {
    /// What it is retried by.
    #[schema(value_type = uuid::Uuid)]
    id: String,
    /// The first event that is not in it.
    position: Position,
    /// Why.
    error: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// Every projection.
#[utoipa::path(
    get,
    path = "/admin/projections",
    tag = "admin",
    security(("bearer" = [])),
    responses(
        (status = 200, body = DataBody<ProjectionList>, headers(
            ("X-Position" = u64, description = "the end of the log"),
        )),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_projections(
    State(reads): State<Reads>,
    caller: Caller,
    _context: RequestContext,
) -> Result<Success<ProjectionList>, ApiError> {
    caller.must_be_admin()?;
    let records = load_projections(reads.database()).await.map_err(|error| log_failure(&error))?;
    let leases = Leases::new(reads.database());
    let head = reads.log().head().await.map_err(|error| log_failure(&error))?.position;
    let mut projections = Vec::new();
    for name in ALL_PROJECTIONS.iter().copied() {
        let checkpoint = records.checkpoints.iter().find(|found| found.name == name);
        // The document follows each second where nothing is to be written; announcements are newer.
        let position = reads.position(name).await?.min(head);
        let parked: Vec<ParkedView> =
            records.parked.iter().filter(|parked| parked.projection == name).map(ParkedView::of).collect();
        let is_rebuilding =
            records.rebuilds.iter().any(|rebuild| rebuild.projection == name && !rebuild.state.is_over());
        let state = if is_rebuilding {
            "rebuilding"
        } else {
            let lease = leases.state(&lease_name(name)).await.map_err(|error| log_failure(&error))?;
            match (lease.is_some_and(|lease| lease.live), parked.is_empty()) {
                (false, _) => "stopped",
                (true, false) => "parked",
                (true, true) => "live",
            }
        };
        projections.push(ProjectionView {
            name: name.to_owned(),
            version: checkpoint.map_or(0, |checkpoint| checkpoint.version),
            position,
            head,
            lag: head - position,
            state,
            parked,
            updated_at: checkpoint.map(|checkpoint: &Checkpoint| checkpoint.updated_at),
        });
    }
    Ok(Success::data(ProjectionList { projections }).position(head))
}

impl ParkedView {
    fn of(parked: &Parked) -> Self {
        Self {
            id: parked.id.clone(),
            position: parked.position,
            error: format!("{}/{}: {}", parked.collection, parked.key, parked.error),
            since: parked.since,
        }
    }
}
