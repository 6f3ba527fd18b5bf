//! An admin gives somebody another role.

use events::{Role, UserEvent, UserRoleChanged};

use super::User;

/// Gives somebody another role. Whoever joins or leaves the admins by it does so on the roster in the same commit
/// ([`User::is_acting_admin`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeUserRole {
    /// The role from now on.
    pub role: Role,
}

/// Why the role is what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeUserRoleError {
    /// There is no such account.
    #[error("nobody registered under this user id")]
    NotRegistered,
}

impl User {
    /// Decides [`ChangeUserRole`]. The role they have already is no event.
    ///
    /// # Errors
    /// [`ChangeUserRoleError`] says which.
    pub fn change_role(&self, command: ChangeUserRole) -> Result<Vec<UserEvent>, ChangeUserRoleError> {
        let account = self.present().ok_or(ChangeUserRoleError::NotRegistered)?;
        if account.role == command.role {
            return Ok(Vec::new());
        }
        Ok(vec![UserRoleChanged { user_id: account.user_id, from: account.role, to: command.role }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{nobodies, registered, user_id};

    #[test]
    fn the_event_names_the_role_before_and_after() {
        let promoted = UserRoleChanged { user_id: user_id(1), from: Role::Learner, to: Role::Instructor }.into();
        let demoted = UserRoleChanged { user_id: user_id(1), from: Role::Instructor, to: Role::Learner }.into();
        TestFramework::<User>::with(())
            .given(vec![registered(1), promoted])
            .when(ChangeUserRole { role: Role::Learner }.into())
            .then_expect_events(vec![demoted]);
    }

    #[test]
    fn the_same_role_is_no_event() {
        TestFramework::<User>::with(())
            .given(vec![registered(1)])
            .when(ChangeUserRole { role: Role::Learner }.into())
            .then_expect_events(Vec::new());
    }

    #[test]
    fn nobody_has_no_role() {
        for nobody in nobodies() {
            TestFramework::<User>::with(())
                .given(nobody)
                .when(ChangeUserRole { role: Role::Admin }.into())
                .then_expect_error(ChangeUserRoleError::NotRegistered.into());
        }
    }
}
