//! Somebody goes for good.

use events::{UserErased, UserEvent};

use super::User;

/// Erases a person. The same commit must destroy their key, release their address
/// ([`ReleaseEmail`](crate::email_claim::ReleaseEmail)), and have an admin leave the roster
/// ([`User::is_acting_admin`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EraseUser;

/// Why nobody was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EraseUserError {
    /// There is no such account, or not any more.
    #[error("nobody registered under this user id")]
    NotRegistered,
}

impl User {
    /// Decides [`EraseUser`].
    ///
    /// # Errors
    /// [`EraseUserError`] says which.
    pub fn erase(&self, _command: EraseUser) -> Result<Vec<UserEvent>, EraseUserError> {
        let account = self.present().ok_or(EraseUserError::NotRegistered)?;
        Ok(vec![UserErased { user_id: account.user_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::UserSuspended;

    use super::*;
    use crate::fixtures::{erased, nobodies, registered, user_id};

    #[test]
    fn whoever_is_there_is_erased() {
        for given in [vec![registered(1)], vec![registered(1), UserSuspended { user_id: user_id(1) }.into()]] {
            TestFramework::<User>::with(()).given(given).when(EraseUser.into()).then_expect_events(vec![erased(1)]);
        }
    }

    #[test]
    fn nobody_is_erased_twice() {
        for nobody in nobodies() {
            TestFramework::<User>::with(())
                .given(nobody)
                .when(EraseUser.into())
                .then_expect_error(EraseUserError::NotRegistered.into());
        }
    }
}
