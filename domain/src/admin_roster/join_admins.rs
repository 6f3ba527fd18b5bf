//! Somebody becomes an admin.

use std::convert::Infallible;

use events::{AdminJoined, AdminRosterEvent, UserId};

use super::AdminRoster;

/// Puts somebody on the roster, in the commit that makes them an acting admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinAdmins {
    /// Who.
    pub user_id: UserId,
}

impl AdminRoster {
    /// Decides [`JoinAdmins`]. Who is on the roster already stays there without an event.
    ///
    /// # Errors
    /// None.
    pub fn join(&self, command: JoinAdmins) -> Result<Vec<AdminRosterEvent>, Infallible> {
        if self.admins.contains(&command.user_id) {
            return Ok(Vec::new());
        }
        Ok(vec![AdminJoined { user_id: command.user_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::user_id;

    #[test]
    fn an_admin_joins_once() {
        let joined: AdminRosterEvent = AdminJoined { user_id: user_id(1) }.into();
        TestFramework::<AdminRoster>::with(())
            .given_no_previous_events()
            .when(JoinAdmins { user_id: user_id(1) }.into())
            .then_expect_events(vec![joined.clone()]);
        TestFramework::<AdminRoster>::with(())
            .given(vec![joined])
            .when(JoinAdmins { user_id: user_id(1) }.into())
            .then_expect_events(Vec::new());
    }
}
