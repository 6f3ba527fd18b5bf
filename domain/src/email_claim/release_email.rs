//! An address is given back.

use events::{EmailClaimEvent, EmailReleased, UserId};

use super::EmailClaim;

/// Gives an address back, in the commit that erases who held it: it may be claimed by another from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleaseEmail {
    /// Who holds it.
    pub user_id: UserId,
}

/// Why the address is held as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseEmailError {
    /// It is free, or another's.
    #[error("the email address is not theirs")]
    NotHeld,
}

impl EmailClaim {
    /// Decides [`ReleaseEmail`].
    ///
    /// # Errors
    /// [`ReleaseEmailError`] says which.
    pub fn release(&self, command: ReleaseEmail) -> Result<Vec<EmailClaimEvent>, ReleaseEmailError> {
        if self.held_by != Some(command.user_id) {
            return Err(ReleaseEmailError::NotHeld);
        }
        Ok(vec![EmailReleased { user_id: command.user_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::EmailClaimed;

    use super::*;
    use crate::fixtures::user_id;

    fn claimed(n: u128) -> EmailClaimEvent {
        EmailClaimed { user_id: user_id(n) }.into()
    }

    fn released(n: u128) -> EmailClaimEvent {
        EmailReleased { user_id: user_id(n) }.into()
    }

    #[test]
    fn its_holder_gives_it_back() {
        TestFramework::<EmailClaim>::with(())
            .given(vec![claimed(1), released(1), claimed(2)])
            .when(ReleaseEmail { user_id: user_id(2) }.into())
            .then_expect_events(vec![released(2)]);
    }

    #[test]
    fn nobody_gives_back_what_they_do_not_hold() {
        for given in [Vec::new(), vec![claimed(2)], vec![claimed(1), released(1)]] {
            TestFramework::<EmailClaim>::with(())
                .given(given)
                .when(ReleaseEmail { user_id: user_id(1) }.into())
                .then_expect_error(ReleaseEmailError::NotHeld.into());
        }
    }
}
