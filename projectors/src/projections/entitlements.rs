//! Projection `entitlements`: the rights to courses that people hold.

use events::{AccessEvent, Event, RecordedEvent, StoredEvent, StreamType, UserId};
use read_models::{Collection, ENTITLEMENTS, ENTITLEMENTS_PROJECTION, Entitlements as Document};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collection `entitlements`.
pub struct Entitlements;

impl Projection for Entitlements {
    fn name(&self) -> &'static str {
        ENTITLEMENTS_PROJECTION
    }

    fn version(&self) -> u32 {
        1
    }

    fn collections(&self) -> &'static [Collection] {
        &[ENTITLEMENTS]
    }

    fn handles(&self, stream: StreamType) -> bool {
        stream == StreamType::Access
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        of_access(&event.event).and_then(holder).map(DocKey::of::<Document>).into_iter().collect()
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        event.subject_ids.iter().map(DocKey::of::<Document>).collect()
    }

    fn fold(&self, recorded: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        let Some(event) = of_access(&recorded.event) else { return Ok(()) };
        let Some(user_id) = holder(event) else { return Ok(()) };
        let mut held = docs.get::<Document>(user_id)?.unwrap_or_else(|| Document::none(user_id));
        held.take_in(recorded, event);
        docs.put(held)
    }
}

fn of_access(event: &Event) -> Option<&AccessEvent> {
    match event {
        Event::Access(event) => Some(event),
        Event::User(_)
        | Event::EmailClaim(_)
        | Event::Session(_)
        | Event::Course(_)
        | Event::AdminRoster(_)
        | Event::Transaction(_)
        | Event::Subscription(_)
        | Event::InvoiceSeries(_)
        | Event::Quiz(_)
        | Event::QuizAttempt(_)
        | Event::Enrollment(_)
        | Event::Review(_)
        | Event::Certificate(_)
        | Event::Media(_) => None,
    }
}

/// Whose rights an event moves; none when it moves none.
const fn holder(event: &AccessEvent) -> Option<UserId> {
    match event {
        AccessEvent::AccessGranted(event) => Some(event.user_id),
        AccessEvent::AccessRevoked(event) => Some(event.user_id),
        AccessEvent::AccessSuspended(event) => Some(event.user_id),
        AccessEvent::AccessReinstated(event) => Some(event.user_id),
        AccessEvent::PurchaseOpened(_) | AccessEvent::PurchaseClosed(_) => None,
    }
}
