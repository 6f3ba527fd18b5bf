//! A session ends before its time.

use events::{SessionEnd, SessionEvent, SessionRevoked};

use super::Session;

/// Ends a session: its access and refresh tokens are dead at once. Whether it is the caller's to end is asked before
/// ([`Session::is_live`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokeSession {
    /// Why.
    pub reason: SessionEnd,
}

/// Why there was nothing to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevokeSessionError {
    /// No session ever began under this id.
    #[error("no such session")]
    NotFound,
}

impl Session {
    /// Decides [`RevokeSession`]. What is ended already stays so without an event.
    ///
    /// # Errors
    /// [`RevokeSessionError`] says which.
    pub fn revoke(&self, command: RevokeSession) -> Result<Vec<SessionEvent>, RevokeSessionError> {
        let sign_in = self.started.as_ref().ok_or(RevokeSessionError::NotFound)?;
        if sign_in.revoked {
            return Ok(Vec::new());
        }
        let (session_id, user_id) = (sign_in.session_id, sign_in.user_id);
        Ok(vec![SessionRevoked { session_id, user_id, reason: command.reason }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{revoked, started};

    const REVOKE: RevokeSession = RevokeSession { reason: SessionEnd::Revoked };

    #[test]
    fn a_session_ends_once() {
        TestFramework::<Session>::with(())
            .given(vec![started(1, 1, 0)])
            .when(REVOKE.into())
            .then_expect_events(vec![revoked(1)]);
        TestFramework::<Session>::with(())
            .given(vec![started(1, 1, 0), revoked(1)])
            .when(RevokeSession { reason: SessionEnd::LoggedOut }.into())
            .then_expect_events(Vec::new());
    }

    #[test]
    fn what_never_began_does_not_end() {
        TestFramework::<Session>::with(())
            .given_no_previous_events()
            .when(REVOKE.into())
            .then_expect_error(RevokeSessionError::NotFound.into());
    }
}
