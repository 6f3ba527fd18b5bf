//! An admin refuses somebody's application to teach.

use events::{InstructorRejected, Personal, UserEvent};

use super::{User, Verification};
use crate::values::Reason;

/// Refuses an application; they may apply again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectInstructor {
    /// Why. It is about the applicant, and theirs.
    pub reason: Reason,
}

/// Why nothing was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RejectInstructorError {
    /// There is no such account.
    #[error("nobody registered under this user id")]
    NotRegistered,
    /// No application waits for a decision.
    #[error("no application is pending")]
    NotPending,
}

impl User {
    /// Decides [`RejectInstructor`].
    ///
    /// # Errors
    /// [`RejectInstructorError`] says which.
    pub fn reject_instructor(&self, command: RejectInstructor) -> Result<Vec<UserEvent>, RejectInstructorError> {
        let account = self.present().ok_or(RejectInstructorError::NotRegistered)?;
        if account.teaching.verification != Verification::Pending {
            return Err(RejectInstructorError::NotPending);
        }
        let user_id = account.user_id;
        let reason = Personal::new(user_id, command.reason.into_string());
        Ok(vec![InstructorRejected { user_id, reason }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{applied, nobodies, personal, registered, user_id};

    fn reject() -> RejectInstructor {
        RejectInstructor { reason: Reason::parse("Trop court").unwrap() }
    }

    fn rejected() -> UserEvent {
        InstructorRejected { user_id: user_id(1), reason: personal(1, "Trop court") }.into()
    }

    #[test]
    fn an_application_is_refused_with_a_reason() {
        TestFramework::<User>::with(())
            .given(vec![registered(1), applied(1, "Dix ans", &[])])
            .when(reject().into())
            .then_expect_events(vec![rejected()]);
    }

    #[test]
    fn only_what_was_asked_is_refused_and_once() {
        for given in [vec![registered(1)], vec![registered(1), applied(1, "Dix ans", &[]), rejected()]] {
            TestFramework::<User>::with(())
                .given(given)
                .when(reject().into())
                .then_expect_error(RejectInstructorError::NotPending.into());
        }
    }

    #[test]
    fn nobody_is_not_refused() {
        for nobody in nobodies() {
            TestFramework::<User>::with(())
                .given(nobody)
                .when(reject().into())
                .then_expect_error(RejectInstructorError::NotRegistered.into());
        }
    }
}
