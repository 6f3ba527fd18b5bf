//! Events as documents of the collection, and back.

use bson::raw::{RawBsonRef, cstr};
use bson::{Document, RawDocumentBuf, doc, rawdoc};
use events::{
    CorrelationId, EventId, Position, StoredActor, StoredEvent, StreamId, StreamType, Timestamp, UserId, Version,
};
use serde::Serialize;
use serde_json::Value;

use crate::LogError;

/// Digits of a version in a key, so that keys sort as versions do.
const VERSION_DIGITS: usize = 10;
/// The unique key of an event: `type/id/0000000001`.
pub(crate) fn key(stream: &StreamId, version: Version) -> String {
    format!("{stream}/{version:0VERSION_DIGITS$}")
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

/// What an event gets from the appender.
pub(crate) struct Place<'a> {
    pub(crate) position: Position,
    pub(crate) version: Version,
    pub(crate) prev_hash: &'a str,
    pub(crate) hash: &'a str,
}

/// The document of an event that has its place. The position comes first, where MongoDB would move it otherwise.
pub(crate) fn filled_in(
    document: &RawDocumentBuf,
    stream: &StreamId,
    place: &Place<'_>,
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
    document.append(cstr!("prev_hash"), place.prev_hash);
    document.append(cstr!("hash"), place.hash);
    Ok(document)
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

/// A whole number, whichever kind of BSON holds it.
pub(crate) fn integer(value: RawBsonRef<'_>) -> Option<i64> {
    value.as_i64().or_else(|| value.as_i32().map(i64::from))
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
    use serde_json::json;

    use super::*;
    use crate::chain::tests::event;

    #[test]
    fn a_document_gets_its_place_as_the_event_has_it_and_its_position_first() {
        let event = StoredEvent { hash: "own".to_owned(), ..event(7, 3, json!({ "a": [1, "ü"] })) };
        let place = Place { position: 7, version: 3, prev_hash: &event.prev_hash, hash: &event.hash };
        let filled = filled_in(&document_to_fill_in(&event).unwrap(), &event.stream(), &place).unwrap();
        let filled = Document::try_from(&filled).unwrap();
        assert_eq!(filled.keys().next().map(String::as_str), Some("_id"));
        let sorted = |document: Document| document.into_iter().collect::<std::collections::BTreeMap<_, _>>();
        assert_eq!(sorted(filled), sorted(canonical_document(&event).unwrap()));
    }
}
