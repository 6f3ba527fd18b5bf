//! How far the projections and their rebuilds are.

use bson::{Document, doc};
use event_log::{LogError, TIME_LIMIT, within};
use events::{Position, Timestamp};
use futures::TryStreamExt as _;
use mongodb::Database;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Checkpoint, PARKED, PROJECTIONS, Parked, REBUILDS, Rebuild, RebuildState};

/// A rebuild, as admins see it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Rebuild)]
pub struct RebuildView {
    /// `running`, `verifying`, `swapping`, `done`, `cancelled` or `failed`.
    #[schema(value_type = String, example = "running")]
    pub state: RebuildState,
    /// How far it is.
    pub position: Position,
    /// Where it is to come.
    pub target: Position,
    /// How fast it is.
    pub events_per_second: f64,
    /// Seconds to go; null when it can't be told, or it is over.
    pub eta_seconds: Option<u64>,
    /// When it was asked for, or begun.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// When it was over.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
    /// Why it could not be finished.
    pub error: Option<String>,
}

impl RebuildView {
    /// One that nobody has begun yet.
    #[must_use]
    pub const fn asked_for(target: Position, at: Timestamp) -> Self {
        Self {
            state: RebuildState::Running,
            position: 0,
            target,
            events_per_second: 0.0,
            eta_seconds: None,
            started_at: at,
            finished_at: None,
            error: None,
        }
    }
}

impl From<Rebuild> for RebuildView {
    fn from(rebuild: Rebuild) -> Self {
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let seconds = |events: u64| (events as f64 / rebuild.events_per_second).ceil() as u64;
        let left = rebuild.target.saturating_sub(rebuild.position);
        let eta_seconds = (!rebuild.state.is_over() && rebuild.events_per_second > 0.0).then(|| seconds(left));
        Self {
            state: rebuild.state,
            position: rebuild.position,
            target: rebuild.target,
            events_per_second: rebuild.events_per_second,
            eta_seconds,
            started_at: rebuild.started_at,
            finished_at: rebuild.finished_at,
            error: rebuild.error,
        }
    }
}

/// What is known of projections, as their workers have written it down.
#[derive(Clone, Debug, Default)]
pub struct ProjectionRecords {
    /// Their checkpoints.
    pub checkpoints: Vec<Checkpoint>,
    /// Their last rebuilds.
    pub rebuilds: Vec<Rebuild>,
    /// What is parked, the longest first.
    pub parked: Vec<Parked>,
}

/// All that the workers have written down of the projections.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn load_projections(database: &Database) -> Result<ProjectionRecords, LogError> {
    within(TIME_LIMIT, async {
        let everything = doc! {};
        let checkpoints = database.collection(PROJECTIONS.name).find(everything.clone()).await?.try_collect().await?;
        let rebuilds = database.collection(REBUILDS.name).find(everything).await?.try_collect().await?;
        // What is parked in documents that are being rebuilt is under other names.
        let names = doc! { "projection": { "$in": crate::ALL_PROJECTIONS.to_vec() } };
        let all = database.collection(PARKED.name);
        let parked = all.find(names).sort(doc! { "position": 1 }).limit(1_000).await?.try_collect().await?;
        Ok(ProjectionRecords { checkpoints, rebuilds, parked })
    })
    .await
}

/// The last rebuild of a projection that somebody has begun.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn load_rebuild(database: &Database, projection: &str) -> Result<Option<Rebuild>, LogError> {
    let rebuilds = database.collection(REBUILDS.name);
    within(TIME_LIMIT, async { rebuilds.find_one(doc! { "_id": projection }).await }).await
}

/// Whether a projection has that record of something parked.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn is_parked(database: &Database, projection: &str, id: Uuid) -> Result<bool, LogError> {
    let parked = database.collection::<Document>(PARKED.name);
    let filter = doc! { "_id": id.to_string(), "projection": projection };
    Ok(within(TIME_LIMIT, async { parked.find_one(filter).await }).await?.is_some())
}
