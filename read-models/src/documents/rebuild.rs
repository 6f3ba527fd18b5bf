//! Collection `rebuilds`: the last rebuild of each projection.

use bson::doc;
use events::{Position, Timestamp};
use serde::{Deserialize, Serialize};

use super::status_words;
use crate::Collection;
use crate::schema;

/// The collection of rebuilds, one document per projection; written by whoever holds the rebuild's lease.
pub const REBUILDS: Collection = Collection {
    name: "rebuilds",
    schema: || {
        schema::object(doc! {
            "_id": schema::text(),
            "rebuild_id": schema::text(),
            "version": schema::count(),
            "epoch": schema::count(),
            "state": schema::one_of(RebuildState::ALL.iter().map(|word| word.as_str())),
            "position": schema::count(),
            "written": schema::count(),
            "target": schema::count(),
            "staged": schema::nullable(schema::count()),
            "events_per_second": schema::number(),
            "started_at": schema::time(),
            "finished_at": schema::nullable(schema::time()),
            "error": schema::nullable(schema::text()),
            "verification": schema::nullable(schema::object(doc! {
                "position": schema::count(),
                "compared": schema::count(),
                "differing": schema::count(),
                "examples": schema::list(schema::text()),
            })),
        })
    },
    indexes: Vec::new,
};

status_words! {
    /// How far a rebuild has come.
    RebuildState {
        /// Documents are being folded.
        Running = "running",
        /// They are being compared with those that serve.
        Verifying = "verifying",
        /// They are taking their place.
        Swapping = "swapping",
        /// They serve.
        Done = "done",
        /// It was stopped.
        Cancelled = "cancelled",
        /// It could not be finished.
        Failed = "failed",
    }
}

impl RebuildState {
    /// Whether it is over.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }
}

/// A rebuild: documents folded from the beginning of the log, in collections beside those that serve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rebuild {
    /// The projection.
    #[serde(rename = "_id")]
    pub projection: String,
    /// This rebuild.
    pub rebuild_id: String,
    /// Version of the code that folds.
    pub version: u32,
    /// Epoch of the lease of whoever works on it; every other's writes fail.
    pub epoch: i64,
    /// How far it has come.
    pub state: RebuildState,
    /// The last event that has been folded.
    pub position: Position,
    /// The last event that is in the new documents as they are stored: from here it goes on after a crash.
    pub written: Position,
    /// Where it is to come.
    pub target: Position,
    /// The last event that is in documents which wait to be merged into the new ones; none when none wait.
    pub staged: Option<Position>,
    /// How fast it is.
    pub events_per_second: f64,
    /// When it was begun, by the worker's clock; for people only.
    pub started_at: Timestamp,
    /// When it was over.
    pub finished_at: Option<Timestamp>,
    /// Why it could not be finished.
    pub error: Option<String>,
    /// How the new documents compare with those that served; none when they could not be compared.
    pub verification: Option<Verification>,
}

/// How rebuilt documents compare with those that serve, at the same position.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The position.
    pub position: Position,
    /// Documents that were compared.
    pub compared: u64,
    /// How many of them differ, or are on one side only.
    pub differing: u64,
    /// Some of those, as `collection/id`.
    pub examples: Vec<String>,
}
