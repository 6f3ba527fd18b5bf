//! An admin shuts somebody out.

use events::{UserEvent, UserSuspended};

use super::{User, UserStatus};

/// Shuts somebody out. An admin leaves the roster in the same commit ([`User::is_acting_admin`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuspendUser;

/// Why they are not shut out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuspendUserError {
    /// There is no such account.
    #[error("nobody registered under this user id")]
    NotRegistered,
}

impl User {
    /// Decides [`SuspendUser`]. Who is suspended already stays so without an event.
    ///
    /// # Errors
    /// [`SuspendUserError`] says which.
    pub fn suspend(&self, _command: SuspendUser) -> Result<Vec<UserEvent>, SuspendUserError> {
        let account = self.present().ok_or(SuspendUserError::NotRegistered)?;
        Ok(match account.status {
            UserStatus::Active => vec![UserSuspended { user_id: account.user_id }.into()],
            UserStatus::Suspended | UserStatus::Deleted => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{nobodies, registered, user_id};

    #[test]
    fn an_active_user_is_suspended_once() {
        let suspended: UserEvent = UserSuspended { user_id: user_id(1) }.into();
        TestFramework::<User>::with(())
            .given(vec![registered(1)])
            .when(SuspendUser.into())
            .then_expect_events(vec![suspended.clone()]);
        TestFramework::<User>::with(())
            .given(vec![registered(1), suspended])
            .when(SuspendUser.into())
            .then_expect_events(Vec::new());
    }

    #[test]
    fn nobody_is_not_suspended() {
        for nobody in nobodies() {
            TestFramework::<User>::with(())
                .given(nobody)
                .when(SuspendUser.into())
                .then_expect_error(SuspendUserError::NotRegistered.into());
        }
    }
}
