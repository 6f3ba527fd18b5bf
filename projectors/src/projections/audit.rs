//! Projection `audit`: an index of all events, for audits and exports.

use events::{RecordedEvent, StoredEvent, StreamType};
use read_models::{AUDIT_EVENTS, AUDIT_PROJECTION, AuditEvent, Collection, PositionKey};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collection `audit_events`. It reads envelopes only: an event that this code does not know is indexed as well.
pub struct Audit;

impl Projection for Audit {
    fn name(&self) -> &'static str {
        AUDIT_PROJECTION
    }

    fn version(&self) -> u32 {
        1
    }

    fn collections(&self) -> &'static [Collection] {
        &[AUDIT_EVENTS]
    }

    /// All of them, those to come too: what happened must be found.
    fn handles(&self, _: StreamType) -> bool {
        true
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        vec![DocKey::of::<AuditEvent>(PositionKey::new(event.position))]
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        vec![DocKey::of::<AuditEvent>(PositionKey::new(event.position))]
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        docs.put(AuditEvent::of(event))
    }

    fn fold_unreadable(&self, event: &StoredEvent, docs: &mut Documents<'_>) -> Option<Result<(), FoldError>> {
        Some(docs.put(AuditEvent::of_stored(event)))
    }
}
