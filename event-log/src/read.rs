//! Reading: the log by position and by stream.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use bson::{Document, RawDocumentBuf, doc};
use events::{Actor, DecodeError, EventId, Personal, Position, RecordedEvent, StoredEvent, StreamId, UserId, Version};
use futures::TryStreamExt;
use serde_json::Value;

use crate::document::{key, malformed, signed, stored_from_document};
use crate::mongo::{TIME_LIMIT, within};
use crate::personal_data::{DataKey, open, owners_of_sealed};
use crate::{EventLog, LogError};

/// How many bytes one read returns before it stops, whatever its limit in events.
const READ_BYTES: usize = 8 * 1024 * 1024;

/// An event, opened.
#[derive(Debug)]
pub enum Opened {
    /// It is typed, and in today's shape.
    Known(RecordedEvent),
    /// This code does not know it; it must not be skipped.
    Unknown {
        /// As it is stored.
        stored: StoredEvent,
        /// Why it is not known.
        error: DecodeError,
    },
}

impl Opened {
    /// Its place in the log.
    #[must_use]
    pub const fn position(&self) -> Position {
        match self {
            Self::Known(event) => event.position,
            Self::Unknown { stored, .. } => stored.position,
        }
    }
}

/// Whatever is in a stream.
pub(crate) fn any_of(stream: &StreamId) -> Document {
    doc! { "key": { "$gt": key(stream, 0), "$lt": format!("{stream}0") } }
}

/// What one reading gave.
struct Fetched {
    events: Vec<StoredEvent>,
    /// Whether it ended at its bound in bytes, so that there may be more.
    is_cut: bool,
}

/// The events of a stream after a version: all keys of the stream lie between `type/id/` and `type/id0`, `0` being the
/// character after `/`.
fn of_stream(stream: &StreamId, after: Version) -> Document {
    doc! { "key": { "$gt": key(stream, after), "$lt": format!("{stream}0") } }
}

impl EventLog {
    /// The events after a position, in order and without a gap: at most `limit`, and at most 8 MiB (but one at least).
    ///
    /// # Errors
    /// [`LogError`]; a gap is [`LogError::Corrupt`].
    pub async fn read(&self, after: Position, limit: usize) -> Result<Vec<StoredEvent>, LogError> {
        let (from, to) = (after.saturating_add(1), after.saturating_add(limit as u64));
        let filter = doc! { "_id": { "$gte": signed(from)?, "$lte": signed(to)? } };
        let events = within(TIME_LIMIT * 4, self.fetch(filter, doc! { "_id": 1 }, 0)).await??.events;
        for (expected, event) in (from..).zip(&events) {
            if event.position != expected {
                return Err(LogError::Corrupt(format!("position {expected} is missing")));
            }
        }
        Ok(events)
    }

    /// The events at these positions, which ascend; the first ones only when all are more than 8 MiB (but one at least).
    ///
    /// # Errors
    /// [`LogError`]; a position without event is [`LogError::Corrupt`], at the latest when it is the first.
    pub async fn read_at(&self, positions: &[Position]) -> Result<Vec<StoredEvent>, LogError> {
        let Some(first) = positions.first() else { return Ok(Vec::new()) };
        let ids = positions.iter().copied().map(signed).collect::<Result<Vec<i64>, _>>()?;
        let events = self.fetch(doc! { "_id": { "$in": ids } }, doc! { "_id": 1 }, 0);
        let events = within(TIME_LIMIT * 4, events).await??.events;
        let mut differing = positions.iter().zip(&events).filter(|(position, event)| event.position != **position);
        let missing = differing.next().map(|(position, _)| position).or(events.is_empty().then_some(first));
        match missing {
            Some(missing) => Err(LogError::Corrupt(format!("position {missing} is missing"))),
            None => Ok(events),
        }
    }

    /// The events of a stream after a version, in order, all of them.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn read_stream(&self, stream: &StreamId, after: Version) -> Result<Vec<StoredEvent>, LogError> {
        let mut events = within(TIME_LIMIT, self.fetch_stream(stream, after)).await??;
        // A reading ends at 8 MiB; a stream may be longer.
        while let Some(last) = events.events.last().filter(|_| events.is_cut) {
            let more = within(TIME_LIMIT, self.fetch_stream(stream, last.version)).await??;
            events.is_cut = more.is_cut;
            events.events.extend(more.events);
        }
        Ok(events.events)
    }

    /// The last event of a stream; none when it has none.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn read_last(&self, stream: &StreamId) -> Result<Option<StoredEvent>, LogError> {
        let find = self.0.events.find_one(any_of(stream)).sort(doc! { "key": -1 }).into_future();
        within(TIME_LIMIT, find).await?.map(stored_from_document).transpose()
    }

    /// The events of a stream after a position of the log, in order: at most `limit`, and at most 8 MiB (but one at
    /// least).
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn read_stream_page(
        &self,
        stream: &StreamId,
        after: Position,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, LogError> {
        let mut filter = of_stream(stream, 0);
        filter.insert("_id", doc! { "$gt": signed(after)? });
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        Ok(within(TIME_LIMIT, self.fetch(filter, doc! { "key": 1 }, limit)).await??.events)
    }

    async fn fetch_stream(
        &self,
        stream: &StreamId,
        after: Version,
    ) -> Result<Result<Fetched, LogError>, mongodb::error::Error> {
        self.fetch(of_stream(stream, after), doc! { "key": 1 }, 0).await
    }

    async fn fetch(
        &self,
        filter: Document,
        order: Document,
        limit: i64,
    ) -> Result<Result<Fetched, LogError>, mongodb::error::Error> {
        // Straight from the bytes: this is the path that a rebuild reads the whole log by.
        let raw = self.0.events.clone_with_type::<RawDocumentBuf>();
        let find = raw.find(filter).projection(doc! { "key": 0 }).sort(order).batch_size(2_000);
        let mut cursor = find.limit(limit).await?;
        let (mut events, mut is_cut) = (Vec::new(), false);
        let mut bytes = 0;
        while let Some(document) = cursor.try_next().await? {
            bytes += document.as_bytes().len();
            match bson::deserialize_from_slice(document.as_bytes()) {
                Ok(event) => events.push(event),
                Err(error) => return Ok(Err(malformed(error))),
            }
            if bytes > READ_BYTES {
                is_cut = true;
                break;
            }
        }
        Ok(Ok(Fetched { events, is_cut }))
    }

    /// Opens events: their owners' keys are asked for once, fresh; what is of erased persons opens to null.
    ///
    /// # Errors
    /// [`LogError`]. An event that this code does not know is no error: it is [`Opened::Unknown`].
    pub async fn open_events(&self, events: Vec<StoredEvent>) -> Result<Vec<Opened>, LogError> {
        let mut owners = BTreeSet::new();
        let are_sealed = sealed_data(&events, &mut owners);
        for event in &events {
            owners_of_sealed(&event.actor.ip, &mut owners);
            owners_of_sealed(&event.actor.user_agent, &mut owners);
        }
        let keys = self.0.keys.for_opening(&owners).await?;
        let open_one = |(stored, is_sealed): (StoredEvent, bool)| {
            let personal = |name: &str, json: &Value| open_field(name, json, stored.id, &keys);
            let (ip, user_agent) =
                (personal("ip", &stored.actor.ip)?, personal("user_agent", &stored.actor.user_agent)?);
            Ok(match open_data(stored, is_sealed, &keys)? {
                Opened::Known(event) => {
                    let actor = Actor { ip, user_agent, ..event.actor };
                    Opened::Known(RecordedEvent { actor, ..event })
                }
                unknown @ Opened::Unknown { .. } => unknown,
            })
        };
        events.into_iter().zip(are_sealed).map(open_one).collect()
    }

    /// As [`EventLog::open_events`], but for where the actor sat (address and browser), which is left out: no document
    /// may depend on it, and opening it would be half of the work.
    ///
    /// # Errors
    /// As [`EventLog::open_events`].
    pub async fn open_to_fold(&self, events: Vec<StoredEvent>) -> Result<Vec<Opened>, LogError> {
        let mut owners = BTreeSet::new();
        let are_sealed = sealed_data(&events, &mut owners);
        let keys = self.0.keys.for_opening(&owners).await?;
        events.into_iter().zip(are_sealed).map(|(event, is_sealed)| open_data(event, is_sealed, &keys)).collect()
    }
}

/// Of which events the data has something sealed in it, and of whom.
fn sealed_data(events: &[StoredEvent], owners: &mut BTreeSet<UserId>) -> Vec<bool> {
    events.iter().map(|event| owners_of_sealed(&event.data, owners)).collect()
}

/// The event with its data open, and nothing of its actor that is personal.
fn open_data(stored: StoredEvent, is_sealed: bool, keys: &HashMap<UserId, DataKey>) -> Result<Opened, LogError> {
    let mut data = Cow::Borrowed(&stored.data);
    if is_sealed {
        open(data.to_mut(), stored.id, keys)?;
    }
    let event = match events::decode(stored.stream_type, &stored.event_type, stored.schema_version, &data) {
        Ok(event) => event,
        Err(error) => return Ok(Opened::Unknown { stored, error }),
    };
    Ok(Opened::Known(RecordedEvent {
        position: stored.position,
        id: stored.id,
        stream: stored.stream(),
        version: stored.version,
        time: stored.time,
        actor: Actor { user_id: stored.actor.user_id, role: stored.actor.role, ip: None, user_agent: None },
        correlation_id: stored.correlation_id,
        causation_id: stored.causation_id,
        subject_ids: stored.subject_ids,
        event,
    }))
}

/// A personal field of an actor, opened. It is sealed under its place among the actor's fields.
fn open_field(
    name: &str,
    json: &Value,
    event: EventId,
    keys: &HashMap<UserId, DataKey>,
) -> Result<Option<Personal<String>>, LogError> {
    if json.is_null() {
        return Ok(None);
    }
    let mut field = serde_json::json!({ name: json });
    open(&mut field, event, keys)?;
    let value = field.get_mut(name).map(Value::take).unwrap_or_default();
    serde_json::from_value(value).map_err(|error| LogError::Corrupt(format!("malformed actor: {error}")))
}
