//! A window: a stretch of the log, folded in memory, as large as memory allows.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use event_log::{EventLog, LogError, Scanned};
use events::{Position, StreamType};
use futures::StreamExt as _;

use super::rebuilding::Progress;
use super::{RebuildError, RebuildOptions};
use crate::folding::{Cache, Folding, Parked, Parking, Uncached, keys_of};
use crate::store::{Store, now};
use crate::{DocKey, Projection};

/// What a document weighs beside what is known of its size.
const DOCUMENT: usize = 1_024;
/// An event of more bytes than these likely makes its documents as much larger; one of less, hardly.
const LARGE: usize = 2_048;

/// A window in the making.
pub(super) struct Window {
    folding: Folding,
    streams: Vec<StreamType>,
    bytes: usize,
    options: RebuildOptions,
}

/// A folded window.
pub(super) struct Folded {
    pub(super) folding: Folding,
    /// The position of the last event that is in it, or was left out.
    pub(super) to: Position,
}

impl Window {
    /// An empty one over the new collections; over nothing, while those are empty.
    pub(super) fn new(
        projection: &Arc<dyn Projection>,
        parked: &Arc<HashMap<DocKey, Parked>>,
        refused: &HashMap<DocKey, String>,
        is_first: bool,
        options: RebuildOptions,
    ) -> Self {
        let uncached = if is_first { Uncached::Absent } else { Uncached::Load };
        let streams = StreamType::ALL.iter().copied().filter(|stream| projection.handles(*stream)).collect();
        let folding = Folding {
            projection: projection.clone(),
            cache: Cache::new(uncached),
            parking: Parking::new(parked.clone(), now()),
            refused: refused.clone(),
        };
        Self { folding, streams, bytes: 0, options }
    }

    /// Folds the events after a position and up to another, until the window is full.
    pub(super) async fn fold(
        mut self,
        log: &EventLog,
        store: &Store,
        (after, to): (Position, Position),
        progress: &mut Progress<'_>,
    ) -> Result<Folded, RebuildError> {
        let events = log.scan((after, to), &self.streams, self.options.batch_events);
        let mut events = std::pin::pin!(events);
        let mut at = after;
        while let Some(batch) = events.next().await {
            let batch = batch?;
            at = batch.last().map_or(at, |last| last.event.position());
            self.take(&batch, store).await?;
            progress.at(at).await?;
            if self.bytes >= self.options.window_bytes {
                return Ok(Folded { folding: self.folding, to: at });
            }
        }
        Ok(Folded { folding: self.folding, to })
    }

    async fn take(&mut self, events: &[Scanned], store: &Store) -> Result<(), LogError> {
        let with_keys = events.iter().map(|scanned| (keys_of(&*self.folding.projection, &scanned.event), scanned));
        let with_keys: Vec<(Vec<DocKey>, &Scanned)> = with_keys.filter(|(keys, _)| !keys.is_empty()).collect();
        if self.folding.cache.loads() {
            let keys = with_keys.iter().flat_map(|(keys, _)| keys);
            let missing = keys.filter(|key| !key.is_stream() && !self.folding.cache.is_loaded(key)).cloned().collect();
            self.load(missing, store).await?;
        }
        for (keys, Scanned { event, bytes }) in with_keys {
            let before = self.folding.cache.len();
            while let Err(missing) = self.folding.take(event, &keys) {
                self.load(missing.into_iter().collect(), store).await?;
            }
            let new = self.folding.cache.len().saturating_sub(before);
            self.bytes += new * DOCUMENT + if *bytes > LARGE { *bytes } else { 0 };
        }
        Ok(())
    }

    async fn load(&mut self, keys: BTreeSet<DocKey>, store: &Store) -> Result<(), LogError> {
        if keys.is_empty() {
            return Ok(());
        }
        let before = self.folding.cache.filled_bytes();
        store.load(keys, &mut self.folding.cache).await?;
        self.bytes += self.folding.cache.filled_bytes().saturating_sub(before);
        Ok(())
    }
}
