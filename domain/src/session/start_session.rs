//! Somebody signs in.

use events::{SessionEvent, SessionId, SessionStarted, Timestamp, UserId};

use super::Session;

/// Begins a session for somebody who has just proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartSession {
    /// A new id.
    pub session_id: SessionId,
    /// Who signed in.
    pub user_id: UserId,
    /// How many times the password they proved to know had been changed.
    pub password_generation: u32,
    /// When its refresh token dies if it is not used.
    pub expires_at: Timestamp,
}

/// Why no session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartSessionError {
    /// The id was not new.
    #[error("this session id has been started already")]
    AlreadyStarted,
}

impl Session {
    /// Decides [`StartSession`].
    ///
    /// # Errors
    /// [`StartSessionError`] says which.
    pub fn start(&self, command: StartSession) -> Result<Vec<SessionEvent>, StartSessionError> {
        if self.started.is_some() {
            return Err(StartSessionError::AlreadyStarted);
        }
        let StartSession { session_id, user_id, password_generation, expires_at } = command;
        Ok(vec![SessionStarted { session_id, user_id, password_generation, expires_at }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{at, session_id, started, user_id};

    fn start() -> StartSession {
        StartSession { session_id: session_id(1), user_id: user_id(1), password_generation: 3, expires_at: at(1_000) }
    }

    #[test]
    fn a_session_starts_once() {
        TestFramework::<Session>::with(())
            .given_no_previous_events()
            .when(start().into())
            .then_expect_events(vec![started(1, 1, 3)]);
        TestFramework::<Session>::with(())
            .given(vec![started(1, 1, 3)])
            .when(start().into())
            .then_expect_error(StartSessionError::AlreadyStarted.into());
    }
}
