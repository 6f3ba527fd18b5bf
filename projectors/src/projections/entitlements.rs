//! Projection `entitlements`: what opens courses to whom.

use events::{Event, RecordedEvent, StoredEvent};
use read_models::{Collection, ENTITLEMENTS_PROJECTION, GRANTS, Grant, grant_of};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collection `grants`.
pub struct Entitlements;

impl Projection for Entitlements {
    fn name(&self) -> &'static str {
        ENTITLEMENTS_PROJECTION
    }

    fn version(&self) -> u32 {
        1
    }

    fn collections(&self) -> &'static [Collection] {
        &[GRANTS]
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        match &event.event {
            Event::Access(event) => grant_of(event).map(DocKey::of::<Grant>).into_iter().collect(),
            Event::User(_)
            | Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_)
            | Event::Course(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_) => Vec::new(),
        }
    }

    /// Which grant it is about stands in the event's fields: the stream itself is parked.
    fn unreadable_keys(&self, _: &StoredEvent) -> Vec<DocKey> {
        Vec::new()
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        match &event.event {
            Event::Access(of_access) => {
                let Some(id) = grant_of(of_access) else { return Ok(()) };
                let before = docs.get(id)?;
                let grant = Grant::after(before, event, of_access);
                docs.put(grant.ok_or(FoldError::Contradiction("the event needs a grant"))?)
            }
            Event::User(_)
            | Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_)
            | Event::Course(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_) => Ok(()),
        }
    }
}
