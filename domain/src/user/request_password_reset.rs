//! Somebody asks for a link to set another password.

use events::{PasswordResetRequested, Timestamp, UserEvent};

use super::User;

/// Asks for a link, which is mailed to the account's address. Every link of the same generation is good until it
/// expires or the password becomes another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestPasswordReset {
    /// The first instant at which the link is worth nothing.
    pub expires_at: Timestamp,
}

/// Why no link is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestPasswordResetError {
    /// There is no such account.
    #[error("nobody registered under this user id")]
    NotRegistered,
}

impl User {
    /// Decides [`RequestPasswordReset`].
    ///
    /// # Errors
    /// [`RequestPasswordResetError`] says which.
    pub fn request_password_reset(
        &self,
        command: RequestPasswordReset,
    ) -> Result<Vec<UserEvent>, RequestPasswordResetError> {
        let account = self.present().ok_or(RequestPasswordResetError::NotRegistered)?;
        let event = PasswordResetRequested {
            user_id: account.user_id,
            password_generation: account.password_generation,
            expires_at: command.expires_at,
        };
        Ok(vec![event.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{at, nobodies, password_reset, registered, user_id};

    #[test]
    fn the_link_is_for_the_password_there_is() {
        for (given, password_generation) in
            [(vec![registered(1)], 0), (vec![registered(1), password_reset(1), password_reset(1)], 2)]
        {
            let requested = PasswordResetRequested { user_id: user_id(1), password_generation, expires_at: at(60) };
            TestFramework::<User>::with(())
                .given(given)
                .when(RequestPasswordReset { expires_at: at(60) }.into())
                .then_expect_events(vec![requested.into()]);
        }
    }

    #[test]
    fn nobody_gets_no_link() {
        for nobody in nobodies() {
            TestFramework::<User>::with(())
                .given(nobody)
                .when(RequestPasswordReset { expires_at: at(60) }.into())
                .then_expect_error(RequestPasswordResetError::NotRegistered.into());
        }
    }
}
