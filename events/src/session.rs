//! What happens to a session, that is: to one signed-in device.

use serde::{Deserialize, Serialize};

use crate::{Personal, SessionId, Timestamp, UserId, event::stream_events};

stream_events! {
    /// An event of the stream `session/<session id>`.
    SessionEvent on Session {
        /// Somebody signed in.
        SessionStarted: 1 about [user_id],
    }
}

/// Somebody signed in, by registering or by logging in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionStarted {
    /// The new session.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Address of the device.
    pub ip: Option<Personal<String>>,
    /// Browser of the device.
    pub user_agent: Option<Personal<String>>,
    /// When its refresh token dies if it is not used.
    pub expires_at: Timestamp,
}
