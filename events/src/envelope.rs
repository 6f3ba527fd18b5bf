//! The envelope that an event is stored and carried in.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    CorrelationId, Event, EventId, Personal, Position, Role, StreamId, StreamType, Timestamp, UserId, Version,
};

/// In which capacity somebody, or something, acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorRole {
    /// A request without a token.
    Anonymous,
    /// A signed-in learner.
    Learner,
    /// A signed-in instructor.
    Instructor,
    /// A signed-in admin.
    Admin,
    /// The product itself: a worker, or the command line.
    System,
}

impl From<Role> for ActorRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Learner => Self::Learner,
            Role::Instructor => Self::Instructor,
            Role::Admin => Self::Admin,
        }
    }
}

/// Who caused an event, from where; address and browser open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The person; none when nobody was signed in, or nobody acted.
    pub user_id: Option<UserId>,
    /// In which capacity.
    pub role: ActorRole,
    /// The client's address. It is kept only where it can be sealed: under the actor's key or, when nobody is signed
    /// in, under the key of the person the command is about.
    pub ip: Option<Personal<String>>,
    /// The `User-Agent` header; kept as the address is.
    pub user_agent: Option<Personal<String>>,
}

impl Actor {
    /// The product itself.
    #[must_use]
    pub const fn system() -> Self {
        Self { user_id: None, role: ActorRole::System, ip: None, user_agent: None }
    }
}

/// Who caused an event, as it is stored: address and browser sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredActor {
    /// The person.
    pub user_id: Option<UserId>,
    /// In which capacity.
    pub role: ActorRole,
    /// Sealed address, or null.
    pub ip: Value,
    /// Sealed browser, or null.
    pub user_agent: Value,
}

/// An event as it stands in the log and travels on NATS: the same JSON in both, personal data sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredEvent {
    /// Place in the whole log, from 1. In MongoDB it is the `_id`.
    #[serde(alias = "_id")]
    pub position: Position,
    /// UUIDv7, given once and kept over retries.
    pub id: EventId,
    /// Kind of stream.
    pub stream_type: StreamType,
    /// Id within the kind.
    pub stream_id: String,
    /// Place in the stream, from 1.
    pub version: Version,
    /// Name of the event type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Version of its shape.
    pub schema_version: u32,
    /// When it was decided, by the clock of the process that decided. Never used to order.
    pub time: Timestamp,
    /// Who caused it.
    pub actor: StoredActor,
    /// Ties together everything that one request set off.
    pub correlation_id: CorrelationId,
    /// The event that this one follows from; none for what somebody asked for.
    pub causation_id: Option<EventId>,
    /// The persons it is about.
    pub subject_ids: Vec<UserId>,
    /// The event's fields, personal ones sealed.
    pub data: Value,
    /// Hash of the event before, lower-case hexadecimal; 64 zeros before the first.
    pub prev_hash: String,
    /// SHA-256 over `prev_hash` and this event's canonical JSON without `hash`; lower-case hexadecimal.
    pub hash: String,
}

impl StoredEvent {
    /// The address of its stream.
    #[must_use]
    pub fn stream(&self) -> StreamId {
        StreamId::new(self.stream_type, &self.stream_id)
    }
}

/// An event as the product's code sees it: typed, in today's shape, personal data open where its owner is not erased.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEvent {
    /// Place in the whole log, from 1.
    pub position: Position,
    /// UUIDv7.
    pub id: EventId,
    /// The address of its stream.
    pub stream: StreamId,
    /// Place in the stream, from 1.
    pub version: Version,
    /// When it was decided.
    pub time: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// Ties together everything that one request set off.
    pub correlation_id: CorrelationId,
    /// The event that this one follows from; none for what somebody asked for.
    pub causation_id: Option<EventId>,
    /// The persons it is about.
    pub subject_ids: Vec<UserId>,
    /// What happened.
    pub event: Event,
}
