//! Somebody's sessions in answers.

use events::{Actor, Personal, SessionId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi;
use crate::{DeviceSession, UserSessions};

/// A session as its owner sees it. Not `Debug`: it is all personal.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    /// The session.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: SessionId,
    /// When they signed in.
    #[schema(schema_with = openapi::time)]
    pub created_at: Timestamp,
    /// When they signed in or last exchanged the refresh token.
    #[schema(schema_with = openapi::time)]
    pub last_used_at: Timestamp,
    /// Browser of the device.
    pub user_agent: Option<String>,
    /// Address of the device.
    pub ip: Option<String>,
    /// Whether it is the session that asks.
    pub current: bool,
}

impl UserSessions {
    /// The sessions that have not expired at `now`, newest first.
    #[must_use]
    pub fn live(self, now: Timestamp) -> Vec<DeviceSession> {
        let mut live: Vec<DeviceSession> =
            self.sessions.into_iter().filter(|session| now < session.expires_at).collect();
        live.sort_by_key(|session| std::cmp::Reverse((session.created_at, session.id)));
        live
    }
}

impl DeviceSession {
    /// The session as its owner sees it, who asks by the session `current`. The device is where the actor of the event
    /// sat that it began with: none when that can't be read.
    #[must_use]
    pub fn view(self, device: Option<&Actor>, current: SessionId) -> SessionView {
        let text = |of: fn(&Actor) -> Option<&Personal<String>>| device.and_then(of)?.value().cloned();
        SessionView {
            current: self.id == current,
            id: self.id,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            user_agent: text(|actor| actor.user_agent.as_ref()),
            ip: text(|actor| actor.ip.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn id(n: u8) -> String {
        format!("0190a5b0-0000-7000-8000-00000000000{n}")
    }

    fn session(n: u8, created_at: &str, expires_at: &str) -> Value {
        json!({
            "_id": id(n), "created_at": created_at, "last_used_at": "2026-02-01T08:00:00.000Z",
            "expires_at": expires_at, "position": n,
        })
    }

    #[test]
    fn live_sessions_are_shown_newest_first_and_the_asking_one_is_marked() {
        let (january, february) = ("2026-01-01T08:00:00.000Z", "2026-02-01T08:00:00.000Z");
        let (soon, later) = ("2026-02-03T00:00:00.000Z", "2026-02-08T00:00:00.000Z");
        let sessions = [session(1, january, later), session(2, january, soon), session(3, february, later)];
        let document: UserSessions = serde_json::from_value(json!({ "_id": id(9), "sessions": sessions })).unwrap();
        let now: Timestamp = serde_json::from_value(json!(soon)).unwrap();
        let owner = document.id;
        let device = Actor { ip: Some(Personal::new(owner, "192.0.2.7".to_owned())), ..Actor::system() };
        let view = |session: DeviceSession| {
            let is_readable = session.position == Some(3);
            session.view(is_readable.then_some(&device), id(1).parse().unwrap())
        };
        let views: Vec<SessionView> = document.live(now).into_iter().map(view).collect();
        let shown = |n: u8, created_at: &str, ip: Option<&str>, current: bool| {
            json!({
                "_id": id(n), "created_at": created_at, "last_used_at": "2026-02-01T08:00:00.000Z",
                "user_agent": null, "ip": ip, "current": current,
            })
        };
        let expected = json!([shown(3, february, Some("192.0.2.7"), false), shown(1, january, None, true)]);
        assert_eq!(serde_json::to_value(views).unwrap(), expected);
    }
}
