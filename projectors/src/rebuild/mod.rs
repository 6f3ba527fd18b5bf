//! Rebuilding: a projection folded from the beginning of the log, by the same code, beside the collections that serve,
//! and put in their place.
//!
//! | module | what it does |
//! |---|---|
//! | `running` | the lease, what was asked for, the end: [`run`] |
//! | `rebuilding` | one rebuild, from where it is to its end: read this first |
//! | `window`, `memory` | a stretch of the log, folded in memory; how long it may be |
//! | `shadow` | the new collections, and how a window comes into them |
//! | `comparing` | the new documents against those that serve |
//! | `swap` | the new collections take the place of the others |
//! | `record` | how far it is, in the collection `rebuilds` |
//!
//! What a kill leaves behind, at any instant, is one of: new collections at the position of the record; the same, and a
//! window that waits in collections of its own to be merged into them, which may be done twice; collections of which some
//! have taken their place already. Each is gone on from.

mod comparing;
mod memory;
mod rebuilding;
mod record;
mod running;
mod shadow;
mod swap;
mod window;

pub use running::RebuildOptions;
pub(crate) use running::run;

use event_log::LogError;

use crate::store::CommitError;

/// Why a rebuild does not go on now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RebuildError {
    /// Somebody else has its lease.
    #[error("somebody else has taken the rebuild over")]
    Stale,
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// It can't be finished.
    #[error("{0}")]
    Failed(String),
    /// MongoDB or the log is away; it is gone on with later.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl From<mongodb::error::Error> for RebuildError {
    fn from(error: mongodb::error::Error) -> Self {
        Self::Log(error.into())
    }
}

impl From<CommitError> for RebuildError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Stale => Self::Stale,
            CommitError::Transient | CommitError::Altered => Self::Log(LogError::Unavailable(error.to_string())),
            CommitError::Refused { .. } => Self::Failed(error.to_string()),
            CommitError::Log(error) => Self::Log(error),
        }
    }
}
