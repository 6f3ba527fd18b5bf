//! Somebody sets another password by a mailed link.

use events::{PasswordReset, Personal, Timestamp, UserEvent};

use super::User;
use crate::values::PasswordHash;

/// Sets another password, by who holds a link that was mailed. Every session dies by it. The suspended may do so too,
/// and stay suspended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetPassword {
    /// What the link's token says: how many times the password had been changed.
    pub password_generation: u32,
    /// What the link's token says: the first instant at which it is worth nothing.
    pub expires_at: Timestamp,
    /// Of a password that passed its rules.
    pub password_hash: PasswordHash,
    /// The present.
    pub now: Timestamp,
}

/// Why the password is what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResetPasswordError {
    /// The link has expired, was used, was overtaken by another change, or its account is not there.
    #[error("the link is worth nothing")]
    InvalidToken,
}

impl User {
    /// Decides [`ResetPassword`].
    ///
    /// # Errors
    /// [`ResetPasswordError`] says which.
    pub fn reset_password(&self, command: ResetPassword) -> Result<Vec<UserEvent>, ResetPasswordError> {
        let account = self.present().ok_or(ResetPasswordError::InvalidToken)?;
        if command.password_generation != account.password_generation || command.now >= command.expires_at {
            return Err(ResetPasswordError::InvalidToken);
        }
        let password_hash = Personal::new(account.user_id, command.password_hash.into_string());
        Ok(vec![PasswordReset { user_id: account.user_id, password_hash }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::UserSuspended;

    use super::*;
    use crate::fixtures::{at, nobodies, password_reset, registered, user_id};

    fn reset(password_generation: u32, now: i64) -> ResetPassword {
        let password_hash = PasswordHash::new("$argon2id$reset".to_owned());
        ResetPassword { password_generation, expires_at: at(60), password_hash, now: at(now) }
    }

    fn refused(given: Vec<UserEvent>, command: ResetPassword) {
        TestFramework::<User>::with(())
            .given(given)
            .when(command.into())
            .then_expect_error(ResetPasswordError::InvalidToken.into());
    }

    #[test]
    fn a_link_works_once_and_until_it_expires() {
        TestFramework::<User>::with(())
            .given(vec![registered(1)])
            .when(reset(0, 59).into())
            .then_expect_events(vec![password_reset(1)]);
        refused(vec![registered(1), password_reset(1)], reset(0, 59));
        refused(vec![registered(1)], reset(0, 60));
    }

    #[test]
    fn a_link_of_no_generation_there_was_is_refused() {
        refused(vec![registered(1)], reset(1, 0));
    }

    #[test]
    fn the_suspended_may_reset_and_stay_suspended() {
        TestFramework::<User>::with(())
            .given(vec![registered(1), UserSuspended { user_id: user_id(1) }.into()])
            .when(reset(0, 0).into())
            .then_expect_events(vec![password_reset(1)]);
    }

    #[test]
    fn nobody_has_no_password() {
        for nobody in nobodies() {
            refused(nobody, reset(0, 0));
        }
    }
}
