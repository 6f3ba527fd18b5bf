//! What operators ask of a projection, and how it ended.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::stream_events;

stream_events! {
    /// An event of the stream `projection-control/<name of the projection>`.
    ProjectionControlEvent on ProjectionControl {
        /// It is to be rebuilt from the log.
        RebuildRequested: 1 about [],
        /// The rebuild is to stop, and what it made to be thrown away.
        RebuildCancelled: 1 about [],
        /// The rebuild is over.
        RebuildEnded: 1 about [],
        /// A parked document is to be folded anew.
        ParkedRetryRequested: 1 about [],
    }
}

/// A projection is to be rebuilt from the log, beside its collections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RebuildRequested {
    /// The projection.
    pub projection: String,
    /// This rebuild.
    pub rebuild_id: Uuid,
    /// Why.
    pub cause: RebuildCause,
}

/// Why a projection is rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RebuildCause {
    /// An operator wants it.
    Operator,
    /// The code is of another version than the documents.
    NewVersion,
}

/// A rebuild is to stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RebuildCancelled {
    /// The projection.
    pub projection: String,
    /// The rebuild.
    pub rebuild_id: Uuid,
}

/// A rebuild is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RebuildEnded {
    /// The projection.
    pub projection: String,
    /// The rebuild.
    pub rebuild_id: Uuid,
    /// How it ended.
    pub outcome: RebuildOutcome,
}

/// How a rebuild ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RebuildOutcome {
    /// Its collections have taken the place of the others.
    Done,
    /// It could not be finished; the others are as they were.
    Failed,
}

/// A parked document is to be folded anew from the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParkedRetryRequested {
    /// The projection.
    pub projection: String,
    /// The record of what is parked.
    pub parked_id: Uuid,
}
