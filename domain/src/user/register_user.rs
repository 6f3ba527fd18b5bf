//! Somebody opens an account.

use events::{Language, Personal, UserEvent, UserId, UserRegistered};

use super::User;
use crate::values::{Email, PasswordHash, PersonName};

/// Opens an account for a learner. The same commit must claim the address
/// ([`ClaimEmail`](crate::email_claim::ClaimEmail)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterUser {
    /// A new id.
    pub user_id: UserId,
    /// Their address.
    pub email: Email,
    /// First name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
    /// The language they are written to in.
    pub language: Language,
    /// Of a password that passed its rules.
    pub password_hash: PasswordHash,
}

/// Why no account was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterUserError {
    /// The stream has an account already: the id was not new.
    #[error("this user id is registered already")]
    AlreadyRegistered,
}

impl User {
    /// Decides [`RegisterUser`].
    ///
    /// # Errors
    /// [`RegisterUserError`] says which.
    pub fn register(&self, command: RegisterUser) -> Result<Vec<UserEvent>, RegisterUserError> {
        if self.account.is_some() {
            return Err(RegisterUserError::AlreadyRegistered);
        }
        let user_id = command.user_id;
        let event = UserRegistered {
            user_id,
            email: Personal::new(user_id, command.email.into_string()),
            first_name: Personal::new(user_id, command.first_name.into_string()),
            last_name: Personal::new(user_id, command.last_name.into_string()),
            language: command.language,
            password_hash: Personal::new(user_id, command.password_hash.into_string()),
        };
        Ok(vec![event.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{erased, registered, user_id};

    fn register() -> RegisterUser {
        RegisterUser {
            user_id: user_id(1),
            email: Email::parse(" Ada@Example.org ").unwrap(),
            first_name: PersonName::parse("Ada").unwrap(),
            last_name: PersonName::parse("Lovelace").unwrap(),
            language: Language::Fr,
            password_hash: PasswordHash::new("$argon2id$stored".to_owned()),
        }
    }

    #[test]
    fn a_newcomer_is_registered_with_everything_personal_their_own() {
        TestFramework::<User>::with(())
            .given_no_previous_events()
            .when(register().into())
            .then_expect_events(vec![registered(1)]);
    }

    #[test]
    fn an_id_registers_once() {
        TestFramework::<User>::with(())
            .given(vec![registered(1)])
            .when(register().into())
            .then_expect_error(RegisterUserError::AlreadyRegistered.into());
    }

    #[test]
    fn the_id_of_the_erased_is_not_used_again() {
        TestFramework::<User>::with(())
            .given(vec![registered(1), erased(1)])
            .when(register().into())
            .then_expect_error(RegisterUserError::AlreadyRegistered.into());
    }

    #[test]
    fn the_command_shows_nothing_personal_when_it_is_printed() {
        let printed = format!("{:?}", register()).to_lowercase();
        for personal in ["ada", "example.org", "lovelace", "argon2id"] {
            assert!(!printed.contains(personal), "{personal} in {printed}");
        }
    }
}
