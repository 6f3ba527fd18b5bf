//! Rights to open courses.

use events::{AccessEvent, AccessGranted, GrantId, GrantSource, RecordedEvent, StreamEvent as _, TransactionId};

use crate::{Grant, GrantKind};

impl Grant {
    /// A new grant.
    #[must_use]
    pub fn granted(recorded: &RecordedEvent, granted: &AccessGranted) -> Self {
        let (source, transaction_id): (GrantKind, Option<TransactionId>) = match &granted.source {
            GrantSource::Purchase { transaction_id } => (GrantKind::Purchase, Some(*transaction_id)),
            GrantSource::Free {} => (GrantKind::Free, None),
            GrantSource::Admin { .. } => (GrantKind::Admin, None),
        };
        Self {
            id: granted.grant_id,
            user_id: granted.user_id,
            course_id: granted.course_id,
            source,
            transaction_id,
            suspended: false,
            created_at: recorded.time,
            revoked_at: None,
            stale: false,
        }
    }

    /// The grant after an event about it; none when there is none yet to take it in.
    #[must_use]
    pub fn after(before: Option<Self>, recorded: &RecordedEvent, event: &AccessEvent) -> Option<Self> {
        if let AccessEvent::AccessGranted(granted) = event {
            return Some(Self::granted(recorded, granted));
        }
        let mut grant = before?;
        match event {
            AccessEvent::AccessGranted(_) => {}
            AccessEvent::AccessRevoked(_) => grant.revoked_at = Some(recorded.time),
            AccessEvent::AccessSuspended(_) => grant.suspended = true,
            AccessEvent::AccessReinstated(_) => grant.suspended = false,
            AccessEvent::PurchaseOpened(_) | AccessEvent::PurchaseClosed(_) => {}
        }
        Some(grant)
    }

    /// A grant out of the stream it is on, with the reason that an admin had for it, while that can be read.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent], id: GrantId) -> Option<(Self, Option<String>)> {
        let (mut grant, mut reason) = (None, None);
        for recorded in stream {
            let Some(event) = AccessEvent::of(&recorded.event) else { continue };
            if grant_of(event) != Some(id) {
                continue;
            }
            if let AccessEvent::AccessGranted(AccessGranted { source: GrantSource::Admin { reason: why }, .. }) = event
            {
                reason = why.value().cloned();
            }
            grant = Self::after(grant, recorded, event);
        }
        grant.map(|grant| (grant, reason))
    }
}

/// The grant that an event is about; none of one that is about a purchase under way.
#[must_use]
pub const fn grant_of(event: &AccessEvent) -> Option<GrantId> {
    match event {
        AccessEvent::AccessGranted(event) => Some(event.grant_id),
        AccessEvent::AccessRevoked(event) => Some(event.grant_id),
        AccessEvent::AccessSuspended(event) => Some(event.grant_id),
        AccessEvent::AccessReinstated(event) => Some(event.grant_id),
        AccessEvent::PurchaseOpened(_) | AccessEvent::PurchaseClosed(_) => None,
    }
}
