//! Projection `audit`: an index of all events, for audits and exports.

use std::time::Duration;

use events::{Position, RecordedEvent, StoredEvent, StreamType, Timestamp};
use read_models::{AUDIT_BLOCKS, AUDIT_EVENTS, AUDIT_PROJECTION, AuditBlock, AuditEvent, Collection, PositionKey};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collections `audit_events` and `audit_blocks`. It reads envelopes only: an event that this code does not know is
/// indexed as well.
pub struct Audit;

impl Projection for Audit {
    fn name(&self) -> &'static str {
        AUDIT_PROJECTION
    }

    fn version(&self) -> u32 {
        2
    }

    fn collections(&self) -> &'static [Collection] {
        &[AUDIT_EVENTS, AUDIT_BLOCKS]
    }

    /// Only who searches the audit trail waits for it.
    fn pace(&self) -> Duration {
        Duration::from_millis(25)
    }

    /// All of them, those to come too: what happened must be found.
    fn handles(&self, _: StreamType) -> bool {
        true
    }

    fn writes_once(&self, collection: &str) -> bool {
        collection == AUDIT_EVENTS.name
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        keys(event.position)
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        keys(event.position)
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        docs.put(AuditEvent::of(event))?;
        into_block(event.position, event.time, docs)
    }

    fn fold_unreadable(&self, event: &StoredEvent, docs: &mut Documents<'_>) -> Option<Result<(), FoldError>> {
        let indexed = docs.put(AuditEvent::of_stored(event));
        Some(indexed.and_then(|()| into_block(event.position, event.time, docs)))
    }
}

fn keys(position: Position) -> Vec<DocKey> {
    vec![DocKey::of::<AuditEvent>(PositionKey::new(position)), DocKey::of::<AuditBlock>(AuditBlock::key_of(position))]
}

fn into_block(position: Position, time: Timestamp, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let before: Option<AuditBlock> = docs.get(AuditBlock::key_of(position))?;
    docs.put(AuditBlock::with(before, position, time))
}
