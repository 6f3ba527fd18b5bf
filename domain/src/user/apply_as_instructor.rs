//! Somebody asks to teach.

use events::{InstructorApplied, Personal, UserEvent};

use super::{User, Verification};
use crate::values::{Bio, TagList};

/// Asks to teach, or asks again with other words. An admin decides it
/// ([`VerifyInstructor`](super::VerifyInstructor), [`RejectInstructor`](super::RejectInstructor)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyAsInstructor {
    /// In their own words.
    pub bio: Bio,
    /// What they know about.
    pub expertise_tags: TagList,
}

/// Why it was not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyAsInstructorError {
    /// There is no such account.
    #[error("nobody registered under this user id")]
    NotRegistered,
    /// They were accepted before.
    #[error("the application was accepted already")]
    AlreadyVerified,
}

impl User {
    /// Decides [`ApplyAsInstructor`]. The same words again, while they wait for an admin, are no event.
    ///
    /// # Errors
    /// [`ApplyAsInstructorError`] says which.
    pub fn apply_as_instructor(&self, command: ApplyAsInstructor) -> Result<Vec<UserEvent>, ApplyAsInstructorError> {
        let account = self.present().ok_or(ApplyAsInstructorError::NotRegistered)?;
        let teaching = &account.teaching;
        let event = InstructorApplied {
            user_id: account.user_id,
            bio: Personal::new(account.user_id, command.bio.into_string()),
            expertise_tags: Personal::new(account.user_id, command.expertise_tags.into_vec()),
        };
        match teaching.verification {
            Verification::Verified => Err(ApplyAsInstructorError::AlreadyVerified),
            Verification::Pending
                if teaching.bio.as_ref() == Some(&event.bio) && teaching.expertise_tags == event.expertise_tags =>
            {
                Ok(Vec::new())
            }
            Verification::Unverified | Verification::Pending | Verification::Rejected => Ok(vec![event.into()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::{InstructorRejected, InstructorVerified, Role, UserRoleChanged};

    use super::*;
    use crate::fixtures::{applied, nobodies, personal, registered, user_id};

    fn apply(bio: &str) -> ApplyAsInstructor {
        ApplyAsInstructor { bio: Bio::parse(bio).unwrap(), expertise_tags: TagList::parse(["Excel"]).unwrap() }
    }

    fn check(given: Vec<UserEvent>, bio: &str, expected: Vec<UserEvent>) {
        TestFramework::<User>::with(()).given(given).when(apply(bio).into()).then_expect_events(expected);
    }

    #[test]
    fn it_may_be_asked_until_it_is_granted() {
        let rejected: UserEvent = InstructorRejected { user_id: user_id(1), reason: personal(1, "Trop court") }.into();
        let promoted = UserRoleChanged { user_id: user_id(1), from: Role::Learner, to: Role::Instructor }.into();
        let first = applied(1, "Dix ans", &["Excel"]);
        check(vec![registered(1)], "Dix ans", vec![first.clone()]);
        check(vec![registered(1), promoted], "Dix ans", vec![first.clone()]);
        check(vec![registered(1), first.clone()], "Onze ans", vec![applied(1, "Onze ans", &["Excel"])]);
        check(vec![registered(1), first.clone(), rejected], "Dix ans", vec![first]);
    }

    #[test]
    fn the_same_words_are_not_asked_twice() {
        check(vec![registered(1), applied(1, "Dix ans", &["Excel"])], "Dix ans", Vec::new());
    }

    #[test]
    fn who_is_verified_need_not_ask() {
        let verified = InstructorVerified { user_id: user_id(1) }.into();
        TestFramework::<User>::with(())
            .given(vec![registered(1), applied(1, "Dix ans", &["Excel"]), verified])
            .when(apply("Onze ans").into())
            .then_expect_error(ApplyAsInstructorError::AlreadyVerified.into());
    }

    #[test]
    fn nobody_does_not_ask() {
        for nobody in nobodies() {
            TestFramework::<User>::with(())
                .given(nobody)
                .when(apply("Dix ans").into())
                .then_expect_error(ApplyAsInstructorError::NotRegistered.into());
        }
    }
}
