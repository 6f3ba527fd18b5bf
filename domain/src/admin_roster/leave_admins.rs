//! Somebody stops being an admin.

use events::{AdminLeft, AdminRosterEvent, UserId};

use super::AdminRoster;

/// Takes somebody off the roster, in the commit that demotes, suspends or erases them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaveAdmins {
    /// Who.
    pub user_id: UserId,
}

/// Why they stay an admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeaveAdminsError {
    /// They are the only one.
    #[error("the last admin can't leave")]
    LastAdmin,
}

impl AdminRoster {
    /// Decides [`LeaveAdmins`]. Who is not on the roster leaves it without an event.
    ///
    /// # Errors
    /// [`LeaveAdminsError`] says which.
    pub fn leave(&self, command: LeaveAdmins) -> Result<Vec<AdminRosterEvent>, LeaveAdminsError> {
        if !self.admins.contains(&command.user_id) {
            return Ok(Vec::new());
        }
        if self.admins.len() == 1 {
            return Err(LeaveAdminsError::LastAdmin);
        }
        Ok(vec![AdminLeft { user_id: command.user_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::AdminJoined;

    use super::*;
    use crate::fixtures::user_id;

    fn joined(n: u128) -> AdminRosterEvent {
        AdminJoined { user_id: user_id(n) }.into()
    }

    fn left(n: u128) -> AdminRosterEvent {
        AdminLeft { user_id: user_id(n) }.into()
    }

    #[test]
    fn one_of_two_may_leave() {
        TestFramework::<AdminRoster>::with(())
            .given(vec![joined(1), joined(2)])
            .when(LeaveAdmins { user_id: user_id(1) }.into())
            .then_expect_events(vec![left(1)]);
    }

    #[test]
    fn the_last_one_stays() {
        TestFramework::<AdminRoster>::with(())
            .given(vec![joined(1), joined(2), left(1)])
            .when(LeaveAdmins { user_id: user_id(2) }.into())
            .then_expect_error(LeaveAdminsError::LastAdmin.into());
    }

    #[test]
    fn who_is_no_admin_leaves_nothing() {
        TestFramework::<AdminRoster>::with(())
            .given(vec![joined(1)])
            .when(LeaveAdmins { user_id: user_id(2) }.into())
            .then_expect_events(Vec::new());
    }
}
