//! Somebody chooses another password.

use events::{PasswordChanged, Personal, SessionId, UserEvent};

use super::User;
use crate::values::PasswordHash;

/// Chooses another password, by who has just proved to know the old one. Every session dies by it, save the one it is
/// done in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangePassword {
    /// Of a password that passed its rules.
    pub password_hash: PasswordHash,
    /// The session it is done in.
    pub session_id: SessionId,
}

/// Why the password is what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangePasswordError {
    /// There is no such account.
    #[error("nobody registered under this user id")]
    NotRegistered,
}

impl User {
    /// Decides [`ChangePassword`].
    ///
    /// # Errors
    /// [`ChangePasswordError`] says which.
    pub fn change_password(&self, command: ChangePassword) -> Result<Vec<UserEvent>, ChangePasswordError> {
        let account = self.present().ok_or(ChangePasswordError::NotRegistered)?;
        let event = PasswordChanged {
            user_id: account.user_id,
            password_hash: Personal::new(account.user_id, command.password_hash.into_string()),
            kept_session_id: Some(command.session_id),
        };
        Ok(vec![event.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{nobodies, personal, registered, session_id, user_id};

    fn change() -> ChangePassword {
        ChangePassword { password_hash: PasswordHash::new("$argon2id$new".to_owned()), session_id: session_id(1) }
    }

    #[test]
    fn the_session_it_is_done_in_is_kept() {
        let changed = PasswordChanged {
            user_id: user_id(1),
            password_hash: personal(1, "$argon2id$new"),
            kept_session_id: Some(session_id(1)),
        };
        TestFramework::<User>::with(())
            .given(vec![registered(1)])
            .when(change().into())
            .then_expect_events(vec![changed.into()]);
    }

    #[test]
    fn nobody_has_no_password() {
        for nobody in nobodies() {
            TestFramework::<User>::with(())
                .given(nobody)
                .when(change().into())
                .then_expect_error(ChangePasswordError::NotRegistered.into());
        }
    }
}
