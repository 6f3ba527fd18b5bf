//! A right to open a course is taken, for good.

use events::{AccessEvent, AccessRevoked, GrantEnd, GrantId, Personal};

use super::{Access, Grant};
use crate::values::Reason;

/// Takes a grant, and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokeAccess {
    /// The grant.
    pub grant_id: GrantId,
    /// Why.
    pub reason: RevocationReason,
}

/// Why a right is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevocationReason {
    /// The purchase was paid back.
    Refunded,
    /// The bank took the purchase back.
    DisputeLost,
    /// An admin took it, and may say why.
    Admin(Option<Reason>),
}

/// Why there is nothing to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevokeAccessError {
    /// No such grant lives.
    #[error("no such grant lives")]
    NotFound,
}

impl Access {
    /// Decides [`RevokeAccess`].
    ///
    /// # Errors
    /// [`RevokeAccessError`] says which.
    pub fn revoke(&self, command: RevokeAccess) -> Result<Vec<AccessEvent>, RevokeAccessError> {
        let grant = self.grant_of(command.grant_id).ok_or(RevokeAccessError::NotFound)?;
        let Grant { grant_id, user_id, course_id, .. } = *grant;
        let end = match command.reason {
            RevocationReason::Refunded => GrantEnd::Refunded {},
            RevocationReason::DisputeLost => GrantEnd::DisputeLost {},
            RevocationReason::Admin(reason) => {
                GrantEnd::Admin { reason: reason.map(|reason| Personal::new(user_id, reason.into_string())) }
            }
        };
        Ok(vec![AccessRevoked { grant_id, user_id, course_id, end }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{
        access_revoked, access_suspended, course_id, grant_id, granted, personal, purchase, user_id,
    };

    fn revoke(n: u128, reason: RevocationReason) -> RevokeAccess {
        RevokeAccess { grant_id: grant_id(n), reason }
    }

    #[test]
    fn a_grant_goes_for_a_reason_suspended_or_not() {
        let why = Reason::parse("Par erreur").unwrap();
        for (reason, end) in [
            (RevocationReason::Refunded, GrantEnd::Refunded {}),
            (RevocationReason::DisputeLost, GrantEnd::DisputeLost {}),
            (RevocationReason::Admin(None), GrantEnd::Admin { reason: None }),
            (RevocationReason::Admin(Some(why)), GrantEnd::Admin { reason: Some(personal(5, "Par erreur")) }),
        ] {
            for suspended in [None, Some(access_suspended(1))] {
                let (grant_id, user_id, course_id, end) = (grant_id(1), user_id(5), course_id(), end.clone());
                let given = [Some(granted(1, purchase(7))), Some(granted(2, purchase(8))), suspended];
                TestFramework::<Access>::with(())
                    .given(given.into_iter().flatten().collect())
                    .when(revoke(1, reason.clone()).into())
                    .then_expect_events(vec![AccessRevoked { grant_id, user_id, course_id, end }.into()]);
            }
        }
    }

    #[test]
    fn what_does_not_live_is_not_taken() {
        for given in [Vec::new(), vec![granted(2, purchase(7))], vec![granted(1, purchase(7)), access_revoked(1)]] {
            TestFramework::<Access>::with(())
                .given(given)
                .when(revoke(1, RevocationReason::Refunded).into())
                .then_expect_error(RevokeAccessError::NotFound.into());
        }
    }
}
