//! What is known of what opens a course to a person.

use events::{
    AccessEvent, AccessGranted, CourseId, EnrollmentSource, Fold, GrantId, GrantSource, TransactionId, UserId,
};
use serde::{Deserialize, Serialize};

/// Fold of the stream `access/<access id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The grants that live, in the order they were given. Those that ended are not kept.
    pub grants: Vec<Grant>,
    /// The purchase that is under way.
    pub purchase: Option<TransactionId>,
}

/// A right to open a course that lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The grant.
    pub grant_id: GrantId,
    /// To whom the course opens.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// Where it comes from.
    pub source: GrantSource,
    /// Whether it opens nothing for the time being.
    pub suspended: bool,
}

impl Access {
    /// Whether the course opens: a grant lives and is not suspended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open_grants().next().is_some()
    }

    /// By what right it opens: the oldest grant that is not suspended.
    #[must_use]
    pub fn right(&self) -> Option<EnrollmentSource> {
        self.open_grants().next().map(|grant| match grant.source {
            GrantSource::Purchase { .. } => EnrollmentSource::Purchase,
            GrantSource::Free {} => EnrollmentSource::Free,
            GrantSource::Admin { .. } => EnrollmentSource::Admin,
        })
    }

    /// Whether they own it: a purchase lives, suspended or not.
    #[must_use]
    pub fn is_bought(&self) -> bool {
        self.grants.iter().any(|grant| matches!(grant.source, GrantSource::Purchase { .. }))
    }

    /// Whether they have it for good, whatever a plan or an admin opens besides: a purchase lives, suspended or not, or it
    /// was taken while it was free.
    #[must_use]
    pub fn is_theirs(&self) -> bool {
        self.is_bought() || self.grants.iter().any(|grant| grant.source == GrantSource::Free {})
    }

    /// The grant of that id, if it lives.
    #[must_use]
    pub fn grant_of(&self, id: GrantId) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.grant_id == id)
    }

    /// The grant that a payment gave, if it lives.
    #[must_use]
    pub fn bought_by(&self, payment: TransactionId) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.source == GrantSource::Purchase { transaction_id: payment })
    }

    fn open_grants(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(|grant| !grant.suspended)
    }

    fn take_in(&mut self, event: &AccessGranted) {
        if let GrantSource::Purchase { transaction_id } = event.source {
            self.end_purchase(transaction_id);
        }
        self.grants.push(Grant {
            grant_id: event.grant_id,
            user_id: event.user_id,
            course_id: event.course_id,
            source: event.source.clone(),
            suspended: false,
        });
    }

    fn end_purchase(&mut self, id: TransactionId) {
        self.purchase = self.purchase.filter(|open| *open != id);
    }

    fn set_suspended(&mut self, id: GrantId, suspended: bool) {
        if let Some(grant) = self.grants.iter_mut().find(|grant| grant.grant_id == id) {
            grant.suspended = suspended;
        }
    }
}

impl Fold for Access {
    type Event = AccessEvent;

    fn apply(&mut self, event: &AccessEvent) {
        match event {
            AccessEvent::AccessGranted(event) => self.take_in(event),
            AccessEvent::AccessRevoked(event) => self.grants.retain(|grant| grant.grant_id != event.grant_id),
            AccessEvent::AccessSuspended(event) => self.set_suspended(event.grant_id, true),
            AccessEvent::AccessReinstated(event) => self.set_suspended(event.grant_id, false),
            AccessEvent::PurchaseOpened(event) => self.purchase = Some(event.transaction_id),
            AccessEvent::PurchaseClosed(event) => self.end_purchase(event.transaction_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{access_reinstated, access_revoked, access_suspended, given, grant_id, granted, purchase};

    #[test]
    fn each_grant_opens_until_its_own_end() {
        let mut access = Access::default();
        let free = || GrantSource::Free {};
        for (event, open, bought, theirs, right) in [
            (granted(3, given("Boursière")), true, false, false, Some(EnrollmentSource::Admin)),
            (access_revoked(3), false, false, false, None),
            (granted(1, purchase(7)), true, true, true, Some(EnrollmentSource::Purchase)),
            (access_suspended(1), false, true, true, None),
            (granted(2, free()), true, true, true, Some(EnrollmentSource::Free)),
            (access_reinstated(1), true, true, true, Some(EnrollmentSource::Purchase)),
            (access_revoked(1), true, false, true, Some(EnrollmentSource::Free)),
            (access_revoked(2), false, false, false, None),
        ] {
            access.apply(&event);
            let is = (access.is_open(), access.is_bought(), access.is_theirs(), access.right());
            assert_eq!(is, (open, bought, theirs, right), "{event:?}");
            let GrantSource::Purchase { transaction_id } = purchase(7) else { unreachable!("it is a purchase") };
            assert_eq!(access.bought_by(transaction_id).is_some(), bought);
            assert_eq!(access.grant_of(grant_id(1)).is_some(), bought);
            let snapshot = serde_json::to_value(&access).unwrap();
            assert_eq!(serde_json::from_value::<Access>(snapshot).unwrap(), access);
        }
    }
}
