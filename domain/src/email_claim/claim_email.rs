//! Somebody takes an address.

use events::{EmailClaimEvent, EmailClaimed, UserId};

use super::EmailClaim;

/// Takes a free address, in the commit that gives it to the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimEmail {
    /// Who takes it.
    pub user_id: UserId,
}

/// Why the address was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimEmailError {
    /// Somebody holds it.
    #[error("the email address is taken")]
    EmailTaken,
}

impl EmailClaim {
    /// Decides [`ClaimEmail`].
    ///
    /// # Errors
    /// [`ClaimEmailError`] says which.
    pub fn claim(&self, command: ClaimEmail) -> Result<Vec<EmailClaimEvent>, ClaimEmailError> {
        match self.held_by {
            Some(_) => Err(ClaimEmailError::EmailTaken),
            None => Ok(vec![EmailClaimed { user_id: command.user_id }.into()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::EmailReleased;

    use super::*;
    use crate::fixtures::user_id;

    fn claimed(n: u128) -> EmailClaimEvent {
        EmailClaimed { user_id: user_id(n) }.into()
    }

    #[test]
    fn a_free_address_is_taken() {
        TestFramework::<EmailClaim>::with(())
            .given_no_previous_events()
            .when(ClaimEmail { user_id: user_id(1) }.into())
            .then_expect_events(vec![claimed(1)]);
    }

    #[test]
    fn a_held_address_is_refused_to_everybody() {
        for n in [1, 2] {
            TestFramework::<EmailClaim>::with(())
                .given(vec![claimed(1)])
                .when(ClaimEmail { user_id: user_id(n) }.into())
                .then_expect_error(ClaimEmailError::EmailTaken.into());
        }
    }

    #[test]
    fn a_released_address_is_free_again() {
        TestFramework::<EmailClaim>::with(())
            .given(vec![claimed(1), EmailReleased { user_id: user_id(1) }.into()])
            .when(ClaimEmail { user_id: user_id(2) }.into())
            .then_expect_events(vec![claimed(2)]);
    }
}
