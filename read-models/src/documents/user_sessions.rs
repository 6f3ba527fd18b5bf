//! Collection `user_sessions`: where somebody is signed in, as they see it themselves.

use bson::doc;
use events::{Position, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of sessions, one document per person. Written by projection `users`.
pub const USER_SESSIONS: Collection = Collection {
    name: "user_sessions",
    schema: || {
        let session = doc! {
            "_id": schema::id(),
            "created_at": schema::time(),
            "last_used_at": schema::time(),
            "expires_at": schema::time(),
            "position": schema::nullable(schema::count()),
        };
        schema::read_document(doc! { "_id": schema::id(), "sessions": schema::list(schema::object(session)) })
    },
    indexes: Vec::new,
};

/// The sessions of a person. Deleted with the person.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct UserSessions {
    /// Whose.
    #[serde(rename = "_id")]
    pub id: UserId,
    /// Those that were not ended, in the order they began; some may have expired since.
    pub sessions: Vec<DeviceSession>,
    /// Whether events about them are parked, so that it may be behind; shown only, never decided by.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(UserSessions in USER_SESSIONS, id);

impl UserSessions {
    /// The most sessions that are kept of a person: a document has its limit.
    pub const MAX: usize = 1_000;
}

/// A session: one signed-in device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceSession {
    /// The session.
    #[serde(rename = "_id")]
    pub id: SessionId,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When they signed in or last exchanged the refresh token.
    pub last_used_at: Timestamp,
    /// The first instant at which it is dead.
    pub expires_at: Timestamp,
    /// Where in the log they signed in: the actor of that event sat at the device. None in documents of before version
    /// 5 of their projection, until they are rebuilt.
    #[serde(default)]
    pub position: Option<Position>,
}
