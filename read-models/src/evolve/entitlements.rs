//! Rights to courses.

use events::{AccessEvent, GrantId, GrantSource, RecordedEvent, UserId};

use crate::{Entitlement, EntitlementSource, Entitlements};

impl Entitlements {
    /// Of somebody who holds none.
    #[must_use]
    pub const fn none(id: UserId) -> Self {
        Self { id, grants: Vec::new(), stale: false }
    }

    /// Takes in an event.
    pub fn take_in(&mut self, recorded: &RecordedEvent, event: &AccessEvent) {
        match event {
            AccessEvent::AccessGranted(event) => {
                let source = match event.source {
                    GrantSource::Purchase { .. } => EntitlementSource::Purchase,
                    GrantSource::Free {} => EntitlementSource::Free,
                    GrantSource::Admin { .. } => EntitlementSource::Admin,
                };
                let (id, course_id, since) = (event.grant_id, event.course_id, recorded.time);
                self.grants.push(Entitlement { id, course_id, source, since, suspended: false });
            }
            AccessEvent::AccessRevoked(event) => self.grants.retain(|grant| grant.id != event.grant_id),
            AccessEvent::AccessSuspended(event) => self.suspend(event.grant_id, true),
            AccessEvent::AccessReinstated(event) => self.suspend(event.grant_id, false),
            AccessEvent::PurchaseOpened(_) | AccessEvent::PurchaseClosed(_) => {}
        }
    }

    fn suspend(&mut self, id: GrantId, suspended: bool) {
        if let Some(grant) = self.grants.iter_mut().find(|grant| grant.id == id) {
            grant.suspended = suspended;
        }
    }
}
