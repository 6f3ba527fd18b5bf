//! What is known of somebody's looking at the audit trail.

use events::{AuditAccessEvent, AuditTrailRead, Fold};
use serde::{Deserialize, Serialize};

/// Fold of the stream `audit-access/<user id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditAccess {
    /// How often they have looked.
    pub readings: u64,
    /// The last time; none when they never have.
    pub last: Option<AuditTrailRead>,
}

impl Fold for AuditAccess {
    type Event = AuditAccessEvent;

    fn apply(&mut self, event: &AuditAccessEvent) {
        match event {
            AuditAccessEvent::AuditTrailRead(event) => {
                self.readings += 1;
                self.last = Some(event.clone());
            }
        }
    }
}
