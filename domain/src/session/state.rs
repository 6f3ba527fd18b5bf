//! What is known of a session.

use events::{Fold, SessionEvent, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Fold of the stream `session/<session id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// How it began; none until it did.
    pub started: Option<SignIn>,
}

/// How a session began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The session.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// The first instant at which it is dead.
    pub expires_at: Timestamp,
}

impl Session {
    /// Whether its tokens are good at `now`: it has begun and not yet expired.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.started.as_ref().is_some_and(|sign_in| now < sign_in.expires_at)
    }
}

impl Fold for Session {
    type Event = SessionEvent;

    fn apply(&mut self, event: &SessionEvent) {
        match event {
            SessionEvent::SessionStarted(event) => {
                self.started =
                    Some(SignIn { session_id: event.session_id, user_id: event.user_id, expires_at: event.expires_at });
            }
        }
    }
}
