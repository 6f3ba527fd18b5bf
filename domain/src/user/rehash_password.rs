//! A password is kept in a stronger form.

use events::{PasswordRehashed, Personal, UserEvent};

use super::User;
use crate::values::PasswordHash;

/// Keeps the same password in a stronger form: done while its owner signs in, the one moment at which it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RehashPassword {
    /// Of the password that has just been proved.
    pub password_hash: PasswordHash,
    /// The generation of the password that was proved.
    pub password_generation: u32,
}

/// Why the form is what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RehashPasswordError {
    /// There is no such account.
    #[error("nobody registered under this user id")]
    NotRegistered,
}

impl User {
    /// Decides [`RehashPassword`]. When the password has become another one meanwhile there is no event.
    ///
    /// # Errors
    /// [`RehashPasswordError`] says which.
    pub fn rehash_password(&self, command: RehashPassword) -> Result<Vec<UserEvent>, RehashPasswordError> {
        let account = self.present().ok_or(RehashPasswordError::NotRegistered)?;
        if command.password_generation != account.password_generation {
            return Ok(Vec::new());
        }
        let password_hash = Personal::new(account.user_id, command.password_hash.into_string());
        Ok(vec![PasswordRehashed { user_id: account.user_id, password_hash }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{nobodies, password_reset, personal, registered, user_id};

    fn rehash() -> RehashPassword {
        RehashPassword { password_hash: PasswordHash::new("$argon2id$strong".to_owned()), password_generation: 0 }
    }

    #[test]
    fn the_stronger_form_takes_the_place_of_the_weaker() {
        let rehashed = PasswordRehashed { user_id: user_id(1), password_hash: personal(1, "$argon2id$strong") };
        TestFramework::<User>::with(())
            .given(vec![registered(1)])
            .when(rehash().into())
            .then_expect_events(vec![rehashed.into()]);
    }

    #[test]
    fn another_password_is_not_overwritten() {
        TestFramework::<User>::with(())
            .given(vec![registered(1), password_reset(1)])
            .when(rehash().into())
            .then_expect_events(Vec::new());
    }

    #[test]
    fn nobody_has_no_password() {
        for nobody in nobodies() {
            TestFramework::<User>::with(())
                .given(nobody)
                .when(rehash().into())
                .then_expect_error(RehashPasswordError::NotRegistered.into());
        }
    }
}
