//! Events on their way out: written as JSON once, by whoever has them at hand, and handed on as bytes.

use std::borrow::Cow;

use bytes::Bytes;
use events::{CorrelationId, EventId, Position, StoredEvent, StreamId, Timestamp};

use crate::LogError;

/// An event as it leaves for NATS.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) position: Position,
    pub(crate) id: EventId,
    pub(crate) stream: StreamId,
    pub(crate) event_type: Cow<'static, str>,
    pub(crate) time: Timestamp,
    pub(crate) correlation_id: CorrelationId,
    /// The stored event, whole.
    pub(crate) json: Bytes,
}

impl Outgoing {
    /// An event of the log.
    ///
    /// # Errors
    /// [`LogError::Corrupt`] when it has no JSON form, which no event of this product lacks.
    pub(crate) fn of(event: StoredEvent) -> Result<Self, LogError> {
        let json = serde_json::to_vec(&event).map_err(|error| LogError::Corrupt(format!("no JSON: {error}")))?;
        Ok(Self {
            position: event.position,
            id: event.id,
            stream: event.stream(),
            event_type: event.event_type.into(),
            time: event.time,
            correlation_id: event.correlation_id,
            json: json.into(),
        })
    }
}
