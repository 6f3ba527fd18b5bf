//! A projection with something about it changed.

use std::time::Duration;

use events::{RecordedEvent, StoredEvent, StreamType};
use projectors::{DocKey, Documents, FoldError, Projection};
use read_models::Collection;

/// As the projection that it is made of, but for what is set otherwise.
pub struct Altered {
    /// What it is made of.
    pub projection: &'static dyn Projection,
    /// Version of its code.
    pub version: u32,
    /// Least time between its transactions.
    pub pace: Duration,
    /// An event type that it does not understand.
    pub misunderstood: Option<&'static str>,
}

impl Altered {
    /// Not altered yet.
    pub fn of(projection: &'static dyn Projection) -> Self {
        Self { projection, version: projection.version(), pace: projection.pace(), misunderstood: None }
    }
}

impl Projection for Altered {
    fn name(&self) -> &'static str {
        self.projection.name()
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn collections(&self) -> &'static [Collection] {
        self.projection.collections()
    }

    fn handles(&self, stream: StreamType) -> bool {
        self.projection.handles(stream)
    }

    fn pace(&self) -> Duration {
        self.pace
    }

    fn writes_once(&self, collection: &str) -> bool {
        self.projection.writes_once(collection)
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        self.projection.keys(event)
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        self.projection.unreadable_keys(event)
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        if self.misunderstood == Some(event.event.type_name()) {
            return Err(FoldError::Contradiction("not understood"));
        }
        self.projection.fold(event, docs)
    }

    fn fold_unreadable(&self, event: &StoredEvent, docs: &mut Documents<'_>) -> Option<Result<(), FoldError>> {
        self.projection.fold_unreadable(event, docs)
    }
}
