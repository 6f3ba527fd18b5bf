//! A right to open a course opens it again.

use events::{AccessEvent, AccessReinstated, GrantId};

use super::{Access, Grant};

/// Reinstates a grant: the dispute was won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReinstateAccess {
    /// The grant.
    pub grant_id: GrantId,
}

/// Why nothing came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReinstateAccessError {
    /// No such grant lives.
    #[error("no such grant lives")]
    NotFound,
}

impl Access {
    /// Decides [`ReinstateAccess`]. Where it is so already there is no event.
    ///
    /// # Errors
    /// [`ReinstateAccessError`] says which.
    pub fn reinstate(&self, command: ReinstateAccess) -> Result<Vec<AccessEvent>, ReinstateAccessError> {
        let grant = self.grant_of(command.grant_id).ok_or(ReinstateAccessError::NotFound)?;
        let Grant { grant_id, user_id, course_id, suspended, .. } = *grant;
        Ok(if !suspended { Vec::new() } else { vec![AccessReinstated { grant_id, user_id, course_id }.into()] })
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
            (vec![bought(), access_suspended(1)], vec![access_reinstated(1)]),
            (vec![bought()], Vec::new()),
            (vec![bought(), access_suspended(1), access_reinstated(1)], Vec::new()),
        ] {
            TestFramework::<Access>::with(())
                .given(given)
                .when(ReinstateAccess { grant_id: grant_id(1) }.into())
                .then_expect_events(expected);
        }
    }

    #[test]
    fn what_does_not_live_stays_so() {
        for given in [Vec::new(), vec![granted(1, purchase(7)), access_suspended(1), access_revoked(1)]] {
            TestFramework::<Access>::with(())
                .given(given)
                .when(ReinstateAccess { grant_id: grant_id(1) }.into())
                .then_expect_error(ReinstateAccessError::NotFound.into());
        }
    }
}
