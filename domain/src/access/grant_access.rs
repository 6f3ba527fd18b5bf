//! A right to open a course is given.

use events::{AccessEvent, AccessGranted, CourseId, GrantId, GrantSource, Personal, TransactionId, UserId};

use super::Access;
use crate::values::Reason;

/// Gives a right to open a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantAccess {
    /// A new id.
    pub grant_id: GrantId,
    /// To whom the course opens.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// Why.
    pub reason: GrantReason,
}

/// Why a right is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantReason {
    /// They bought it.
    Purchase(TransactionId),
    /// The course is free.
    Free,
    /// An admin says why.
    Admin(Reason),
}

/// Why nothing was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantAccessError {
    /// One of the same kind lives: of the same payment, free, or from an admin.
    #[error("such a grant lives already")]
    AlreadyGranted,
}

impl Access {
    /// Decides [`GrantAccess`].
    ///
    /// # Errors
    /// [`GrantAccessError`] says which.
    pub fn grant(&self, command: GrantAccess) -> Result<Vec<AccessEvent>, GrantAccessError> {
        let GrantAccess { grant_id, user_id, course_id, reason } = command;
        let source = match reason {
            GrantReason::Purchase(transaction_id) => GrantSource::Purchase { transaction_id },
            GrantReason::Free => GrantSource::Free {},
            GrantReason::Admin(reason) => GrantSource::Admin { reason: Personal::new(user_id, reason.into_string()) },
        };
        let is_known = |grant: &super::Grant| grant.grant_id == grant_id || is_alike(&grant.source, &source);
        if self.grants.iter().any(is_known) {
            return Err(GrantAccessError::AlreadyGranted);
        }
        Ok(vec![AccessGranted { grant_id, user_id, course_id, source }.into()])
    }
}

/// Whether one is worth as much as both: whatever an admin's reason is.
fn is_alike(one: &GrantSource, other: &GrantSource) -> bool {
    match (one, other) {
        (GrantSource::Admin { .. }, GrantSource::Admin { .. }) => true,
        (
            GrantSource::Purchase { .. } | GrantSource::Free {} | GrantSource::Admin { .. },
            GrantSource::Purchase { .. } | GrantSource::Free {} | GrantSource::Admin { .. },
        ) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::transaction_id;
    use crate::fixtures::{access_revoked, access_suspended, course_id, given, grant_id, granted, purchase, user_id};

    fn grant(n: u128, reason: GrantReason) -> GrantAccess {
        GrantAccess { grant_id: grant_id(n), user_id: user_id(5), course_id: course_id(), reason }
    }

    fn admin(reason: &str) -> GrantReason {
        GrantReason::Admin(Reason::parse(reason).unwrap())
    }

    #[test]
    fn grants_of_different_kinds_live_side_by_side() {
        let mut before = Vec::new();
        for (n, reason, source) in [
            (1, GrantReason::Purchase(transaction_id(7)), purchase(7)),
            (2, GrantReason::Free, GrantSource::Free {}),
            (3, admin("Boursière"), given("Boursière")),
            (4, GrantReason::Purchase(transaction_id(8)), purchase(8)),
        ] {
            TestFramework::<Access>::with(())
                .given(before.clone())
                .when(grant(n, reason).into())
                .then_expect_events(vec![granted(n, source.clone())]);
            before.push(granted(n, source));
        }
    }

    #[test]
    fn one_like_it_is_enough_while_it_lives() {
        for (source, again) in [
            (purchase(7), GrantReason::Purchase(transaction_id(7))),
            (GrantSource::Free {}, GrantReason::Free),
            (given("Boursière"), admin("Pour une autre raison")),
        ] {
            for suspended in [None, Some(access_suspended(1))] {
                TestFramework::<Access>::with(())
                    .given([Some(granted(1, source.clone())), suspended].into_iter().flatten().collect())
                    .when(grant(2, again.clone()).into())
                    .then_expect_error(GrantAccessError::AlreadyGranted.into());
            }
            let decided = TestFramework::<Access>::with(())
                .given(vec![granted(1, source), access_revoked(1)])
                .when(grant(2, again).into())
                .inspect_result();
            assert_eq!(decided.map(|events| events.len()), Ok(1));
        }
    }

    #[test]
    fn an_id_is_given_once() {
        TestFramework::<Access>::with(())
            .given(vec![granted(1, purchase(7))])
            .when(grant(1, GrantReason::Free).into())
            .then_expect_error(GrantAccessError::AlreadyGranted.into());
    }
}
