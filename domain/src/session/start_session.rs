//! Somebody signs in.

use events::{Personal, SessionEvent, SessionId, SessionStarted, Timestamp, UserId};

use super::Session;

/// Begins a session for somebody who has just proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartSession {
    /// A new id.
    pub session_id: SessionId,
    /// Who signed in.
    pub user_id: UserId,
    /// Address of the device.
    pub ip: Option<Personal<String>>,
    /// Browser of the device.
    pub user_agent: Option<Personal<String>>,
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
        let StartSession { session_id, user_id, ip, user_agent, expires_at } = command;
        Ok(vec![SessionStarted { session_id, user_id, ip, user_agent, expires_at }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::Fold;
    use uuid::Uuid;

    use super::*;
    use crate::fixtures::{at, user_id};

    fn start() -> StartSession {
        StartSession {
            session_id: SessionId::new(Uuid::from_u128(9)),
            user_id: user_id(1),
            ip: Some(Personal::new(user_id(1), "192.0.2.7".to_owned())),
            user_agent: None,
            expires_at: at(1_000),
        }
    }

    fn started() -> SessionEvent {
        let StartSession { session_id, user_id, ip, user_agent, expires_at } = start();
        SessionStarted { session_id, user_id, ip, user_agent, expires_at }.into()
    }

    #[test]
    fn a_session_starts_once() {
        TestFramework::<Session>::with(())
            .given_no_previous_events()
            .when(start().into())
            .then_expect_events(vec![started()]);
        TestFramework::<Session>::with(())
            .given(vec![started()])
            .when(start().into())
            .then_expect_error(StartSessionError::AlreadyStarted.into());
    }

    #[test]
    fn a_session_lives_from_its_start_until_it_expires() {
        let mut session = Session::default();
        assert!(!session.is_live(at(0)));
        session.apply(&started());
        assert!(session.is_live(at(999)));
        assert!(!session.is_live(at(1_000)));
    }
}
