//! A right to open a course opens nothing for the time being.

use events::{AccessEvent, AccessSuspended, GrantId};

use super::{Access, Grant};

/// Suspends a grant: its purchase is disputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuspendAccess {
    /// The grant.
    pub grant_id: GrantId,
}

/// Why nothing came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuspendAccessError {
    /// No such grant lives.
    #[error("no such grant lives")]
    NotFound,
}

impl Access {
    /// Decides [`SuspendAccess`]. Where it is so already there is no event.
    ///
    /// # Errors
    /// [`SuspendAccessError`] says which.
    pub fn suspend(&self, command: SuspendAccess) -> Result<Vec<AccessEvent>, SuspendAccessError> {
        let grant = self.grant_of(command.grant_id).ok_or(SuspendAccessError::NotFound)?;
        let Grant { grant_id, user_id, course_id, suspended, .. } = *grant;
        Ok(if suspended { Vec::new() } else { vec![AccessSuspended { grant_id, user_id, course_id }.into()] })
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{access_reinstated, access_revoked, access_suspended, grant_id, granted, purchase};

    #[test]
    fn it_happens_once_at_a_time() {
        let bought = || granted(1, purchase(7));
        for (given, expected) in [
            (vec![bought()], vec![access_suspended(1)]),
            (vec![bought(), access_suspended(1), access_reinstated(1)], vec![access_suspended(1)]),
            (vec![bought(), access_suspended(1)], Vec::new()),
        ] {
            TestFramework::<Access>::with(())
                .given(given)
                .when(SuspendAccess { grant_id: grant_id(1) }.into())
                .then_expect_events(expected);
        }
    }

    #[test]
    fn what_does_not_live_stays_so() {
        for given in [Vec::new(), vec![granted(1, purchase(7)), access_suspended(1), access_revoked(1)]] {
            TestFramework::<Access>::with(())
                .given(given)
                .when(SuspendAccess { grant_id: grant_id(1) }.into())
                .then_expect_error(SuspendAccessError::NotFound.into());
        }
    }
}
