//! The hash chain: any edit, removal or reordering of the log shows.

use events::{
    ActorRole, CorrelationId, EventId, Position, StoredActor, StoredEvent, StreamType, Timestamp, UserId, Version,
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::LogError;
use crate::document::PLACE_BYTES;

/// What stands as the hash before the first event: 64 zeros.
pub const GENESIS_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of an event: SHA-256 over the bytes of `prev_hash`'s text, followed by the RFC 8785 canonical JSON of the
/// event as it is stored, without its `hash`. Lower-case hexadecimal.
///
/// Personal data is hashed as ciphertext, so that the chain outlives the keys.
///
/// # Errors
/// [`LogError::Corrupt`] when the event has no canonical form, which no event of this product lacks.
pub fn chain_hash(event: &StoredEvent) -> Result<String, LogError> {
    let broken = |error: &dyn std::fmt::Display| LogError::Corrupt(format!("no canonical JSON: {error}"));
    let mut json = serde_json::to_value(event).map_err(|error| broken(&error))?;
    if let Some(fields) = json.as_object_mut() {
        fields.remove("hash");
    }
    let canonical = serde_json_canonicalizer::to_vec(&json).map_err(|error| broken(&error))?;
    let mut hasher = Sha256::new();
    hasher.update(event.prev_hash.as_bytes());
    hasher.update(&canonical);
    Ok(hex::encode(hasher.finalize()))
}

/// A hash of the chain, as SHA-256 gives it; the log has it in hexadecimal.
pub(crate) type Hash = [u8; 32];

/// The canonical JSON of an event whose position, version and previous hash are not known yet, in the two pieces that
/// surround them. Canonical JSON sorts its keys, so each of the three has its fixed place; what is slow is done in the
/// task of who appends, and the one appender only fills in and hashes.
#[derive(Clone, Debug)]
pub(crate) struct CanonicalPieces {
    /// The fields that sort before `position`, as an object.
    before: Vec<u8>,
    /// The fields that sort after `prev_hash`, and before `version`, as an object.
    between: Vec<u8>,
}

/// What sorts before `position`.
#[derive(Serialize)]
struct Before<'a> {
    actor: SortedActor<'a>,
    causation_id: Option<EventId>,
    correlation_id: CorrelationId,
    data: &'a Value,
    id: EventId,
}

/// An actor in the order of canonical JSON.
#[derive(Serialize)]
struct SortedActor<'a> {
    ip: &'a Value,
    role: ActorRole,
    user_agent: &'a Value,
    user_id: Option<UserId>,
}

/// What sorts between `prev_hash` and `version`.
#[derive(Serialize)]
struct Between<'a> {
    schema_version: u32,
    stream_id: &'a str,
    stream_type: StreamType,
    subject_ids: &'a [UserId],
    time: Timestamp,
    #[serde(rename = "type")]
    event_type: &'a str,
}

impl CanonicalPieces {
    pub(crate) fn of(event: &StoredEvent) -> Result<Self, LogError> {
        // Named one by one, so that a field that the envelope gains has to find its place here.
        let StoredEvent {
            position: _,
            id,
            stream_type,
            stream_id,
            version: _,
            event_type,
            schema_version,
            time,
            actor,
            correlation_id,
            causation_id,
            subject_ids,
            data,
            prev_hash: _,
            hash: _,
        } = event;
        let StoredActor { user_id, role, ip, user_agent } = actor;
        let is_sorted = [ip, user_agent, data].into_iter().all(is_written_canonically);
        let actor = SortedActor { ip, role: *role, user_agent, user_id: *user_id };
        let before = Before { actor, causation_id: *causation_id, correlation_id: *correlation_id, data, id: *id };
        let between = Between {
            schema_version: *schema_version,
            stream_id,
            stream_type: *stream_type,
            subject_ids,
            time: *time,
            event_type,
        };
        let before = if is_sorted { written(&before) } else { serde_json_canonicalizer::to_vec(&before) };
        let pieces = before.and_then(|before| Ok(Self { before, between: written(&between)? }));
        pieces.map_err(|error| LogError::Corrupt(format!("no canonical JSON: {error}")))
    }

    /// What [`chain_hash`] gives for the whole event, before it is written in hexadecimal.
    pub(crate) fn hash(&self, position: Position, version: Version, prev_hash: &str) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(prev_hash);
        self.write(position, version, prev_hash, |piece| hasher.update(piece));
        hasher.update("}");
        hasher.finalize().into()
    }

    /// The JSON of the whole event: what is hashed, and the hash behind it. Numbers are exact up to 2^53, as they are in
    /// canonical JSON; no event has larger ones.
    pub(crate) fn json(&self, position: Position, version: Version, prev_hash: &str, hash: &str) -> Vec<u8> {
        let mut json = Vec::with_capacity(self.before.len() + self.between.len() + PLACE_BYTES);
        self.write(position, version, prev_hash, |piece| json.extend_from_slice(piece));
        json.extend_from_slice(format!(",\"hash\":\"{hash}\"}}").as_bytes());
        json
    }

    /// Writes the event without its hash, and without its end.
    fn write(&self, position: Position, version: Version, prev_hash: &str, mut put: impl FnMut(&[u8])) {
        put(b"{");
        put(fields(&self.before));
        put(format!(",\"position\":{position},\"prev_hash\":\"{prev_hash}\",").as_bytes());
        put(fields(&self.between));
        put(format!(",\"version\":{version}").as_bytes());
    }
}

/// Room for the JSON of most events.
const ROOM: usize = 1_024;

/// JSON as `serde_json` writes it, which takes much less than sorting it anew: canonical when its names are in their
/// order, and its values [written canonically](is_written_canonically).
fn written(object: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut json = Vec::with_capacity(ROOM);
    serde_json::to_writer(&mut json, object)?;
    Ok(json)
}

/// Whether `serde_json` writes a value as RFC 8785 does, which escapes alike. Names sort by their UTF-16 units (§3.2.3),
/// which for ASCII is how maps here are sorted; numbers are written as ECMAScript does (§3.2.2.3), which for whole ones
/// below 2^53 is their digits.
fn is_written_canonically(value: &Value) -> bool {
    const EXACT: u64 = 1 << 53;
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            size.is_some_and(|size| size < EXACT)
        }
        Value::Array(items) => items.iter().all(is_written_canonically),
        Value::Object(fields) => {
            fields.keys().is_sorted()
                && fields.iter().all(|(name, value)| name.is_ascii() && is_written_canonically(value))
        }
    }
}

/// An object without its braces.
fn fields(object: &[u8]) -> &[u8] {
    object.strip_prefix(b"{").and_then(|object| object.strip_suffix(b"}")).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    /// An event that is not chained yet.
    pub(crate) fn event(position: Position, version: Version, data: Value) -> StoredEvent {
        StoredEvent {
            position,
            id: EventId::new(Uuid::from_u128(7)),
            stream_type: StreamType::User,
            stream_id: "é \"quoted\" {braces}".to_owned(),
            version,
            event_type: "UserRegistered".to_owned(),
            schema_version: 1,
            time: Timestamp::new(chrono::DateTime::UNIX_EPOCH),
            actor: StoredActor { user_id: None, role: ActorRole::System, ip: json!(null), user_agent: json!({}) },
            correlation_id: CorrelationId::new(Uuid::from_u128(8)),
            causation_id: None,
            subject_ids: vec![UserId::new(Uuid::from_u128(9))],
            data,
            prev_hash: GENESIS_HASH.to_owned(),
            hash: GENESIS_HASH.to_owned(),
        }
    }

    #[test]
    fn the_pieces_hash_as_the_whole_does() {
        let nested =
            json!({ "z": 1, "a": { "€": [1, -2, "x"], "\u{1F600}": "\u{0}", "b": {} }, "position": 3, "{": "}" });
        for (position, version, data) in
            [(1, 1, json!({})), (12_345, 67, nested), (1 << 52, 1 << 40, json!({ "v": 0 }))]
        {
            let event = event(position, version, data);
            let pieces = CanonicalPieces::of(&event).unwrap();
            assert_eq!(hex::encode(pieces.hash(position, version, &event.prev_hash)), chain_hash(&event).unwrap());
        }
    }

    #[test]
    fn the_pieces_are_the_whole_event() {
        let event = StoredEvent { hash: "own".to_owned(), ..event(7, 3, json!({ "z": 1, "a": "\"{é}" })) };
        let json = CanonicalPieces::of(&event).unwrap().json(7, 3, &event.prev_hash, &event.hash);
        let written: Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(written, serde_json::to_value(&event).unwrap());
    }

    /// Any JSON whose numbers have one: of names and texts with everything that is escaped or sorts in two ways.
    fn any_json() -> impl Strategy<Value = Value> {
        let text = || "[a-c\"\\\\/\u{0}-\u{1f}\u{7f}é\u{2028}\u{E000}-\u{FFFD}\u{10000}-\u{1F600}]{0,4}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-20..20_i64).prop_map(|near| json!((1 << 53) + near)),
            any::<f64>().prop_map(Value::from),
            text().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(text(), inner, 0..4).prop_map(|fields| fields.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_in_it_the_pieces_hash_as_the_whole_does(data in any_json(), ip in any_json()) {
            let mut event = event(5, 3, data);
            event.actor.ip = ip;
            let pieces = CanonicalPieces::of(&event).unwrap();
            prop_assert_eq!(hex::encode(pieces.hash(5, 3, &event.prev_hash)), chain_hash(&event).unwrap());
        }
    }

    #[test]
    fn every_field_counts() {
        let original = event(5, 3, json!({ "a": 1 }));
        let hash = chain_hash(&original).unwrap();
        for altered in [
            StoredEvent { position: 6, ..original.clone() },
            StoredEvent { version: 4, ..original.clone() },
            StoredEvent { data: json!({ "a": 2 }), ..original.clone() },
            StoredEvent { prev_hash: hash.clone(), ..original.clone() },
            StoredEvent { event_type: "Other".to_owned(), ..original.clone() },
        ] {
            assert_ne!(chain_hash(&altered).unwrap(), hash);
        }
        assert_eq!(
            chain_hash(&StoredEvent { hash: hash.clone(), ..original }).unwrap(),
            hash,
            "but for the hash itself"
        );
    }
}
