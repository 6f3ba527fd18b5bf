//! Events as a scan decodes them: straight from the bytes, and without what no fold asks for.

use std::str::FromStr;

use bson::RawDocument;
use bson::raw::RawBsonRef;
use bson::serde_helpers::HumanReadable;
use events::{
    Actor, ActorRole, CorrelationId, Event, EventId, Fields, Position, RecordedEvent, StoredActor, StoredEvent,
    StreamId, StreamType, Timestamp, UserId, Version,
};
use serde::Deserialize as _;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer as _};
use serde_json::Value;

use crate::LogError;
use crate::document::{integer, malformed};
use crate::personal_data::may_be_sealed;

/// An event without its hashes and where its actor sat, which are the most of its bytes; its data still as it is stored.
/// One that is not known is decoded again, whole.
pub(crate) struct Lean<'a> {
    position: Position,
    id: EventId,
    stream_type: StreamType,
    stream_id: &'a str,
    version: Version,
    event_type: &'a str,
    schema_version: u32,
    time: Timestamp,
    actor: LeanActor,
    correlation_id: CorrelationId,
    causation_id: Option<EventId>,
    subject_ids: Vec<UserId>,
    data: &'a RawDocument,
}

#[derive(Clone, Copy)]
struct LeanActor {
    user_id: Option<UserId>,
    role: ActorRole,
}

/// The fields of an event in BSON.
struct Stored<'a>(&'a RawDocument);

impl Fields for Stored<'_> {
    type Error = bson::error::Error;

    fn read<T: DeserializeOwned>(self) -> Result<T, Self::Error> {
        // Ids are texts also where they have no type of their own.
        bson::deserialize_from_slice(self.0.as_bytes()).map(|HumanReadable(fields)| fields)
    }
}

impl<'a> Lean<'a> {
    /// The event of a document.
    ///
    /// # Errors
    /// [`LogError::Corrupt`] when the document is not of an event's shape.
    pub(crate) fn of(document: &'a RawDocument) -> Result<Self, LogError> {
        Self::read(document).ok_or_else(|| {
            let position = document.get("_id").ok().flatten();
            LogError::Corrupt(format!("malformed event at {position:?}"))
        })
    }

    /// Reads field by field: a deserializer asks more of each, also of those that are not kept, and a rebuild reads the
    /// whole log.
    fn read(document: &'a RawDocument) -> Option<Self> {
        let (mut position, mut id, mut version, mut time) = (None, None, None, None);
        let (mut stream_type, mut stream_id, mut event_type, mut schema_version) = (None, None, None, None);
        let (mut actor, mut correlation_id, mut causation_id) = (None, None, None);
        let (mut subject_ids, mut data) = (None, None);
        for element in document.iter_elements() {
            let element = element.ok()?;
            let value = || element.value().ok();
            match element.key().as_str() {
                "_id" => position = number(value()?),
                "id" => id = parsed(value()?),
                "stream_type" => stream_type = parsed(value()?),
                "stream_id" => stream_id = value()?.as_str(),
                "version" => version = number(value()?),
                "type" => event_type = value()?.as_str(),
                "schema_version" => schema_version = number(value()?),
                "time" => time = parsed(value()?),
                "actor" => actor = LeanActor::of(value()?.as_document()?),
                "correlation_id" => correlation_id = parsed(value()?),
                "causation_id" => causation_id = nullable(value()?),
                "subject_ids" => {
                    let ids = value()?.as_array()?.into_iter();
                    subject_ids = Some(ids.map(|id| parsed(id.ok()?)).collect::<Option<_>>()?);
                }
                "data" => data = value()?.as_document(),
                _ => {}
            }
        }
        Some(Self {
            position: position?,
            id: id?,
            stream_type: stream_type?,
            stream_id: stream_id?,
            version: version?,
            event_type: event_type?,
            schema_version: schema_version?,
            time: time?,
            actor: actor?,
            correlation_id: correlation_id?,
            causation_id: causation_id?,
            subject_ids: subject_ids?,
            data: data?,
        })
    }

    /// The event, typed, when that takes no more than reading it: nothing in it is sealed, and it is of today's shape.
    pub(crate) fn plain(&self) -> Option<RecordedEvent> {
        if may_be_sealed(self.data) {
            return None;
        }
        // An error is told of by who opens it the long way.
        let event = events::decode_current(self.stream_type, self.event_type, self.schema_version, Stored(self.data));
        event?.ok().map(|event| self.recorded(event))
    }

    fn recorded(&self, event: Event) -> RecordedEvent {
        let LeanActor { user_id, role } = self.actor;
        RecordedEvent {
            position: self.position,
            id: self.id,
            stream: StreamId::new(self.stream_type, self.stream_id),
            version: self.version,
            time: self.time,
            actor: Actor { user_id, role, ip: None, user_agent: None },
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            subject_ids: self.subject_ids.clone(),
            event,
        }
    }

    /// The event as it is stored, but for what is left out, to be opened.
    ///
    /// # Errors
    /// [`LogError::Corrupt`] when its data has no JSON form.
    pub(crate) fn stored(&self) -> Result<StoredEvent, LogError> {
        let LeanActor { user_id, role } = self.actor;
        Ok(StoredEvent {
            position: self.position,
            id: self.id,
            stream_type: self.stream_type,
            stream_id: self.stream_id.to_owned(),
            version: self.version,
            event_type: self.event_type.to_owned(),
            schema_version: self.schema_version,
            time: self.time,
            actor: StoredActor { user_id, role, ip: Value::Null, user_agent: Value::Null },
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            subject_ids: self.subject_ids.clone(),
            data: Stored(self.data).read().map_err(malformed)?,
            prev_hash: String::new(),
            hash: String::new(),
        })
    }
}

impl LeanActor {
    fn of(document: &RawDocument) -> Option<Self> {
        let role = document.get_str("role").ok()?.into_deserializer();
        let role = ActorRole::deserialize::<StrDeserializer<'_, serde::de::value::Error>>(role).ok()?;
        Some(Self { user_id: nullable(document.get("user_id").ok()??)?, role })
    }
}

fn parsed<T: FromStr>(value: RawBsonRef<'_>) -> Option<T> {
    value.as_str()?.parse().ok()
}

fn nullable<T: FromStr>(value: RawBsonRef<'_>) -> Option<Option<T>> {
    if value.as_null().is_some() { Some(None) } else { parsed(value).map(Some) }
}

fn number<T: TryFrom<i64>>(value: RawBsonRef<'_>) -> Option<T> {
    integer(value)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use bson::{Document, RawDocumentBuf, serialize_to_raw_document_buf};
    use serde_json::json;

    use super::*;
    use crate::document::stored_from_document;

    const PERSON: &str = "018f3a5c-9100-7e42-9a31-5b6c7d8e9f02";

    fn document(stream_type: &str, event_type: &Value, schema_version: &Value, data: &Value) -> RawDocumentBuf {
        serialize_to_raw_document_buf(&json!({
            "_id": 7, "id": PERSON, "stream_type": stream_type, "stream_id": "1", "version": 3, "type": event_type,
            "schema_version": schema_version, "time": "2026-01-31T08:30:00.000Z",
            "actor": { "user_id": PERSON, "role": "learner", "ip": null, "user_agent": null },
            "correlation_id": PERSON, "causation_id": null, "subject_ids": [PERSON], "data": data,
            "prev_hash": "", "hash": "",
        }))
        .unwrap()
    }

    #[test]
    fn every_event_of_today_s_shape_is_read_from_bytes_as_it_is_from_json() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/golden");
        let mut read = 0;
        for entry in fs::read_dir(folder).unwrap() {
            let golden: Value = serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
            for stream_type in StreamType::ALL {
                let document =
                    document(stream_type.as_str(), &golden["type"], &golden["schema_version"], &golden["data"]);
                let lean = Lean::of(&document).unwrap();
                let version = golden["schema_version"].as_u64().unwrap().try_into().unwrap();
                let by_json = events::decode(*stream_type, golden["type"].as_str().unwrap(), version, &golden["data"]);
                let of_today = by_json.ok().filter(|event| event.schema_version() == version);
                assert_eq!(lean.plain().map(|event| event.event), of_today, "{} on {stream_type}", golden["type"]);
                read += usize::from(of_today.is_some());
            }
        }
        assert!(read > 100, "{read}");
    }

    #[test]
    fn what_is_sealed_or_of_another_shape_is_not_plain() {
        let sealed = json!({ "sealed_for": PERSON, "cipher": null });
        for (event_type, data) in [
            ("UserReactivated", json!({ "user_id": PERSON, "reason": sealed })),
            ("UserReactivated", json!({ "user_id": 1 })),
            ("Unheard", json!({})),
        ] {
            let document = document("user", &event_type.into(), &1.into(), &data);
            let lean = Lean::of(&document).unwrap();
            assert_eq!(lean.plain(), None, "{event_type} {data}");
            assert_eq!(lean.stored().unwrap().data, data);
        }
    }

    #[test]
    fn a_document_that_lacks_a_field_or_has_another_kind_in_its_place_is_no_event() {
        let data = json!({ "user_id": PERSON, "reason": null });
        let whole = document("user", &"UserReactivated".into(), &1.into(), &data);
        let fields = Document::try_from(&whole).unwrap();
        let known = StoredEvent {
            hash: String::new(),
            prev_hash: String::new(),
            ..stored_from_document(fields.clone()).unwrap()
        };
        assert_eq!(Lean::of(&whole).unwrap().stored().unwrap(), known);
        for field in fields.keys().filter(|field| !field.ends_with("hash")) {
            let (mut without, mut other) = (fields.clone(), fields.clone());
            without.remove(field);
            other.insert(field, 1.5);
            for broken in [without, other] {
                assert!(Lean::of(&RawDocumentBuf::try_from(&broken).unwrap()).is_err(), "{field} of {broken}");
            }
        }
    }
}
