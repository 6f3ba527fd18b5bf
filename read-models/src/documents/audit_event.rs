//! Collection `audit_events`: an index of the log, by what audits and exports search it by.

use std::fmt;

use bson::{Document, doc};
use events::{CorrelationId, EventId, Position, RecordedEvent, StoredEvent, StreamType, Timestamp, UserId, Version};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of indexed events, one document per event: ids only, nothing of what happened, and nothing personal.
/// Written by projection `audit`. The event itself is read from the log, by its position.
pub const AUDIT_EVENTS: Collection = Collection {
    name: "audit_events",
    schema: || {
        schema::read_document(doc! {
            "_id": PositionKey::schema(),
            "id": schema::id(),
            "stream_type": schema::text(),
            "stream_id": schema::text(),
            "version": schema::count(),
            "type": schema::text(),
            "time": schema::time(),
            "actor_id": schema::nullable(schema::id()),
            "subject_ids": schema::list(schema::id()),
            "correlation_id": schema::id(),
        })
    },
    // One per filter, in the order of the log; times are found by `audit_blocks`. A stream's id hardly occurs in two
    // types, so that it needs no index of both.
    indexes: || {
        vec![
            ("stream_type", doc! { "stream_type": 1, "_id": 1 }),
            ("stream", doc! { "stream_id": 1, "_id": 1 }),
            ("type", doc! { "type": 1, "_id": 1 }),
            ("actor", doc! { "actor_id": 1, "_id": 1 }),
            ("subject", doc! { "subject_ids": 1, "_id": 1 }),
            ("correlation", doc! { "correlation_id": 1, "_id": 1 }),
        ]
    },
};

/// A position as an `_id`: in text, as every `_id` of a read collection, and padded, so that keys sort as positions do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PositionKey(Position);

impl PositionKey {
    /// As many digits as the largest position that the log can hold.
    const DIGITS: usize = 19;

    /// The key of a position.
    #[must_use]
    pub const fn new(position: Position) -> Self {
        Self(position)
    }

    /// The position of the key.
    #[must_use]
    pub const fn position(self) -> Position {
        self.0
    }

    pub(super) fn schema() -> Document {
        let digits = i32::try_from(Self::DIGITS).unwrap_or(i32::MAX);
        doc! { "bsonType": "string", "minLength": digits, "maxLength": digits }
    }
}

impl fmt::Display for PositionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.0, width = Self::DIGITS)
    }
}

impl Serialize for PositionKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PositionKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// Where an event is, and whom and what it concerns.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Its place in the log.
    #[serde(rename = "_id")]
    pub key: PositionKey,
    /// The event.
    pub id: EventId,
    /// Kind of stream.
    pub stream_type: StreamType,
    /// Id within the kind.
    pub stream_id: String,
    /// Place in the stream.
    pub version: Version,
    /// Name of the event type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// When it was decided.
    pub time: Timestamp,
    /// Who caused it; none when nobody was signed in, or nobody acted.
    pub actor_id: Option<UserId>,
    /// The persons it is about.
    pub subject_ids: Vec<UserId>,
    /// What ties it to everything else that its request set off.
    pub correlation_id: CorrelationId,
    /// Whether it could not be indexed anew.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(AuditEvent in AUDIT_EVENTS, key);

impl AuditEvent {
    /// Of an event that was opened.
    #[must_use]
    pub fn of(event: &RecordedEvent) -> Self {
        Self {
            key: PositionKey::new(event.position),
            id: event.id,
            stream_type: event.stream.stream_type(),
            stream_id: event.stream.id().to_owned(),
            version: event.version,
            event_type: event.event.type_name().to_owned(),
            time: event.time,
            actor_id: event.actor.user_id,
            subject_ids: event.subject_ids.clone(),
            correlation_id: event.correlation_id,
            stale: false,
        }
    }

    /// Of an event as it is stored, by its envelope alone: the same as of the opened one.
    #[must_use]
    pub fn of_stored(event: &StoredEvent) -> Self {
        Self {
            key: PositionKey::new(event.position),
            id: event.id,
            stream_type: event.stream_type,
            stream_id: event.stream_id.clone(),
            version: event.version,
            event_type: event.event_type.clone(),
            time: event.time,
            actor_id: event.actor.user_id,
            subject_ids: event.subject_ids.clone(),
            correlation_id: event.correlation_id,
            stale: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_positions_do_and_lead_back() {
        let positions = [0, 9, 10, 99, 100, 1_000_000, i64::MAX.unsigned_abs()];
        let keys = positions.map(|position| PositionKey::new(position).to_string());
        assert!(keys.is_sorted(), "{keys:?}");
        assert!(keys.iter().all(|key| key.len() == PositionKey::DIGITS), "{keys:?}");
        for (position, key) in positions.iter().zip(&keys) {
            let read: PositionKey = serde_json::from_value(serde_json::json!(key)).unwrap();
            assert_eq!(read.position(), *position);
        }
        assert!(serde_json::from_value::<PositionKey>(serde_json::json!("x")).is_err());
    }
}
