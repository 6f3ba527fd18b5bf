//! An admin accepts somebody's application to teach.

use events::{InstructorVerified, Role, UserEvent, UserRoleChanged};

use super::{User, Verification};

/// Accepts an application. A learner becomes an instructor by it; who is more already stays what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyInstructor;

/// Why nothing was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyInstructorError {
    /// There is no such account.
    #[error("nobody registered under this user id")]
    NotRegistered,
    /// No application waits for a decision.
    #[error("no application is pending")]
    NotPending,
}

impl User {
    /// Decides [`VerifyInstructor`].
    ///
    /// # Errors
    /// [`VerifyInstructorError`] says which.
    pub fn verify_instructor(&self, _command: VerifyInstructor) -> Result<Vec<UserEvent>, VerifyInstructorError> {
        let account = self.present().ok_or(VerifyInstructorError::NotRegistered)?;
        if account.teaching.verification != Verification::Pending {
            return Err(VerifyInstructorError::NotPending);
        }
        let user_id = account.user_id;
        let mut events = vec![InstructorVerified { user_id }.into()];
        if account.role == Role::Learner {
            events.push(UserRoleChanged { user_id, from: Role::Learner, to: Role::Instructor }.into());
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{applied, nobodies, registered, user_id};

    fn verified() -> UserEvent {
        InstructorVerified { user_id: user_id(1) }.into()
    }

    fn role(from: Role, to: Role) -> UserEvent {
        UserRoleChanged { user_id: user_id(1), from, to }.into()
    }

    #[test]
    fn a_learner_becomes_an_instructor() {
        TestFramework::<User>::with(())
            .given(vec![registered(1), applied(1, "Dix ans", &[])])
            .when(VerifyInstructor.into())
            .then_expect_events(vec![verified(), role(Role::Learner, Role::Instructor)]);
    }

    #[test]
    fn an_admin_stays_one() {
        TestFramework::<User>::with(())
            .given(vec![registered(1), role(Role::Learner, Role::Admin), applied(1, "Dix ans", &[])])
            .when(VerifyInstructor.into())
            .then_expect_events(vec![verified()]);
    }

    #[test]
    fn only_what_was_asked_is_granted_and_once() {
        for given in [vec![registered(1)], vec![registered(1), applied(1, "Dix ans", &[]), verified()]] {
            TestFramework::<User>::with(())
                .given(given)
                .when(VerifyInstructor.into())
                .then_expect_error(VerifyInstructorError::NotPending.into());
        }
    }

    #[test]
    fn nobody_is_not_verified() {
        for nobody in nobodies() {
            TestFramework::<User>::with(())
                .given(nobody)
                .when(VerifyInstructor.into())
                .then_expect_error(VerifyInstructorError::NotRegistered.into());
        }
    }
}
