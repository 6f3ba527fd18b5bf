//! Reading: the log by position and by stream.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use bson::raw::cstr;
use bson::{Document, RawDocumentBuf, doc, rawdoc};
use events::{
    Actor, CorrelationId, DecodeError, EventId, Personal, Position, RecordedEvent, StoredActor, StoredEvent, StreamId,
    StreamType, Timestamp, UserId, Version,
};
use futures::TryStreamExt;
use serde::Serialize;
use serde_json::Value;

use crate::mongo::{TIME_LIMIT, within};
use crate::personal_data::{DataKey, open, owners_of_sealed};
use crate::{EventLog, LogError};

/// Digits of a version in a key, so that keys sort as versions do.
const VERSION_DIGITS: usize = 10;
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

/// The unique key of an event: `type/id/0000000001`.
pub(crate) fn key(stream: &StreamId, version: Version) -> String {
    format!("{stream}/{version:0VERSION_DIGITS$}")
}

/// Whatever is in a stream.
pub(crate) fn any_of(stream: &StreamId) -> Document {
    doc! { "key": { "$gt": key(stream, 0), "$lt": format!("{stream}0") } }
}

/// An event as a document of the collection: its JSON, with `position` as `_id`, and the unique key.
///
/// # Errors
/// [`LogError::Corrupt`] when it has no BSON form, which no event of this product lacks.
pub fn canonical_document(event: &StoredEvent) -> Result<Document, LogError> {
    let broken = |error: &dyn std::fmt::Display| LogError::Corrupt(format!("no BSON: {error}"));
    let mut fields = bson::serialize_to_document(event).map_err(|error| broken(&error))?;
    let position = fields.remove("position").ok_or_else(|| broken(&"no position"))?;
    let mut document = doc! { "_id": position, "key": key(&event.stream(), event.version) };
    document.extend(fields);
    Ok(document)
}

/// What is known of an event before it has its place.
#[derive(Serialize)]
struct Placeless<'a> {
    id: EventId,
    stream_type: StreamType,
    stream_id: &'a str,
    #[serde(rename = "type")]
    event_type: &'a str,
    schema_version: u32,
    time: Timestamp,
    actor: &'a StoredActor,
    correlation_id: CorrelationId,
    causation_id: Option<EventId>,
    subject_ids: &'a [UserId],
    data: &'a Value,
}

/// The document of an event but for what only the appender knows; [`filled_in`] adds it.
pub(crate) fn document_to_fill_in(event: &StoredEvent) -> Result<RawDocumentBuf, LogError> {
    let placeless = Placeless {
        id: event.id,
        stream_type: event.stream_type,
        stream_id: &event.stream_id,
        event_type: &event.event_type,
        schema_version: event.schema_version,
        time: event.time,
        actor: &event.actor,
        correlation_id: event.correlation_id,
        causation_id: event.causation_id,
        subject_ids: &event.subject_ids,
        data: &event.data,
    };
    bson::serialize_to_raw_document_buf(&placeless).map_err(|error| LogError::Corrupt(format!("no BSON: {error}")))
}

/// Room for what a document gets with its place: its position, key, version and two hashes.
pub(crate) const PLACE_BYTES: usize = 320;

/// The document of an event that has its place. The position comes first, where MongoDB would move it otherwise.
pub(crate) fn filled_in(
    document: &RawDocumentBuf,
    stream: &StreamId,
    place: &Place,
) -> Result<RawDocumentBuf, LogError> {
    let mut bytes = Vec::with_capacity(document.as_bytes().len() + PLACE_BYTES);
    bytes.extend_from_slice(rawdoc! { "_id": signed(place.position)? }.as_bytes());
    // A document is its length in four bytes, its fields, and a zero (BSON specification 1.1).
    bytes.pop();
    bytes.extend_from_slice(document.as_bytes().get(4..).unwrap_or_default());
    let length = i32::try_from(bytes.len()).map_err(|_| LogError::Corrupt("an event of more than 2 GiB".into()))?;
    if let Some(begin) = bytes.first_chunk_mut() {
        *begin = length.to_le_bytes();
    }
    let mut document = RawDocumentBuf::from_bytes(bytes).map_err(malformed)?;
    document.append(cstr!("key"), key(stream, place.version).as_str());
    document.append(cstr!("version"), signed(place.version)?);
    document.append(cstr!("prev_hash"), place.prev_hash.as_str());
    document.append(cstr!("hash"), place.hash.as_str());
    Ok(document)
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

/// What an event gets from the appender.
pub(crate) struct Place {
    pub(crate) position: Position,
    pub(crate) version: Version,
    pub(crate) prev_hash: String,
    pub(crate) hash: String,
}

/// The event of a document.
///
/// # Errors
/// [`LogError::Corrupt`] when the document is not of an event's shape.
pub fn stored_from_document(mut document: Document) -> Result<StoredEvent, LogError> {
    document.remove("key");
    if let Some(position) = document.remove("_id") {
        document.insert("position", position);
    }
    bson::deserialize_from_document(document).map_err(malformed)
}

#[allow(clippy::needless_pass_by_value)] // the shape that `map_err` asks for
pub(crate) fn malformed(error: bson::error::Error) -> LogError {
    LogError::Corrupt(format!("malformed event: {error}"))
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

/// A position, or a version, as BSON has it.
///
/// # Errors
/// [`LogError::Corrupt`] past 2^63.
pub fn signed(position: Position) -> Result<i64, LogError> {
    i64::try_from(position).map_err(|_| LogError::Corrupt("a position past 2^63".into()))
}

#[cfg(test)]
mod tests {
    use events::{ActorRole, StreamType};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_document_gets_its_place_as_the_event_has_it_and_its_position_first() {
        let event = StoredEvent {
            position: 7,
            id: EventId::new(Uuid::from_u128(1)),
            stream_type: StreamType::User,
            stream_id: "é".to_owned(),
            version: 3,
            event_type: "UserRegistered".to_owned(),
            schema_version: 1,
            time: Timestamp::new(chrono::DateTime::UNIX_EPOCH),
            actor: StoredActor { user_id: None, role: ActorRole::System, ip: json!(null), user_agent: json!({}) },
            correlation_id: CorrelationId::new(Uuid::from_u128(2)),
            causation_id: None,
            subject_ids: vec![UserId::new(Uuid::from_u128(3))],
            data: json!({ "a": [1, "ü"] }),
            prev_hash: "before".to_owned(),
            hash: "own".to_owned(),
        };
        let place = Place { position: 7, version: 3, prev_hash: "before".to_owned(), hash: "own".to_owned() };
        let filled = filled_in(&document_to_fill_in(&event).unwrap(), &event.stream(), &place).unwrap();
        let filled = Document::try_from(&filled).unwrap();
        assert_eq!(filled.keys().next().map(String::as_str), Some("_id"));
        let sorted = |document: Document| document.into_iter().collect::<std::collections::BTreeMap<_, _>>();
        assert_eq!(sorted(filled), sorted(canonical_document(&event).unwrap()));
    }
}
