//! What happens to a session, that is: to one signed-in device.

use serde::{Deserialize, Serialize};

use crate::{SessionEnd, SessionId, Timestamp, UserId, event::stream_events};

stream_events! {
    /// An event of the stream `session/<session id>`.
    SessionEvent on Session {
        /// Somebody signed in.
        SessionStarted: 3 about [user_id],
        /// Its tokens were renewed.
        SessionRefreshed: 1 about [user_id],
        /// It ended before its time.
        SessionRevoked: 1 about [user_id],
    }
}

/// Somebody signed in, by registering or by logging in, on the device that the event's [`Actor`](crate::Actor) sat at.
/// (Until version 2 its address and browser were in here too.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionStarted {
    /// The new session.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// How many times their password had been changed by then. (Since version 2; before, passwords could not change.)
    pub password_generation: u32,
    /// When its refresh token dies if it is not used.
    pub expires_at: Timestamp,
}

/// The device exchanged its refresh token for the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRefreshed {
    /// The session.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Of the new refresh token; the first one, which the session started with, is 1.
    pub generation: u32,
    /// When it was made: a retry is told from a theft by its age.
    pub at: Timestamp,
    /// When the new refresh token dies if it is not used.
    pub expires_at: Timestamp,
}

/// A session ended before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRevoked {
    /// The session.
    pub session_id: SessionId,
    /// Whose it was.
    pub user_id: UserId,
    /// Why.
    pub reason: SessionEnd,
}
