//! An admin lets somebody in again.

use events::{UserEvent, UserReactivated};

use super::{User, UserStatus};

/// Lets somebody in again. An admin joins the roster in the same commit ([`User::is_acting_admin`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReactivateUser;

/// Why they are not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReactivateUserError {
    /// There is no such account.
    #[error("nobody registered under this user id")]
    NotRegistered,
}

impl User {
    /// Decides [`ReactivateUser`]. Who is active already stays so without an event.
    ///
    /// # Errors
    /// [`ReactivateUserError`] says which.
    pub fn reactivate(&self, _command: ReactivateUser) -> Result<Vec<UserEvent>, ReactivateUserError> {
        let account = self.present().ok_or(ReactivateUserError::NotRegistered)?;
        Ok(match account.status {
            UserStatus::Suspended => vec![UserReactivated { user_id: account.user_id }.into()],
            UserStatus::Active | UserStatus::Deleted => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::UserSuspended;

    use super::*;
    use crate::fixtures::{nobodies, registered, user_id};

    #[test]
    fn a_suspended_user_is_let_in_again() {
        TestFramework::<User>::with(())
            .given(vec![registered(1), UserSuspended { user_id: user_id(1) }.into()])
            .when(ReactivateUser.into())
            .then_expect_events(vec![UserReactivated { user_id: user_id(1) }.into()]);
    }

    #[test]
    fn an_active_user_stays_so_without_an_event() {
        TestFramework::<User>::with(())
            .given(vec![registered(1)])
            .when(ReactivateUser.into())
            .then_expect_events(Vec::new());
    }

    #[test]
    fn nobody_is_not_let_in() {
        for nobody in nobodies() {
            TestFramework::<User>::with(())
                .given(nobody)
                .when(ReactivateUser.into())
                .then_expect_error(ReactivateUserError::NotRegistered.into());
        }
    }
}
