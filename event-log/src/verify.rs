//! The hash chain recomputed over what is stored, straight from its bytes and in parallel.

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::time::Instant;

use bson::raw::RawBsonRef;
use bson::{RawDocument, RawDocumentBuf, doc};
use events::Position;
use futures::StreamExt as _;
use sha2::{Digest, Sha256};

use crate::document::{integer, signed};
use crate::mongo::{TIME_LIMIT, within};
use crate::{EventLog, GENESIS_HASH, Head, LogError};

/// Positions that one task verifies.
const CHUNK: u64 = 5_000;
/// Integers up to here are what they are in JSON; RFC 8785 writes larger ones as doubles.
const EXACT: u64 = 1 << 53;

/// How a verification is done.
pub struct VerifyOptions<'a> {
    /// The first position; what comes before it is taken as it is.
    pub from: Position,
    /// The last one; none for the end of the log.
    pub to: Option<Position>,
    /// When it has to end, however far it has come.
    pub deadline: Option<Instant>,
    /// Is told how many more events have been checked.
    pub progress: &'a (dyn Fn(u64) + Send + Sync),
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The first position that was asked for.
    pub from: Position,
    /// The last position that was looked at: `from - 1` when there was none.
    pub to: Position,
    /// How many events were looked at.
    pub checked: u64,
    /// The first position that is not as it was written: altered, missing, in another's place, or not chained to the one
    /// before.
    pub first_bad: Option<Position>,
    /// The end of what was verified.
    pub head: Head,
}

/// An event's place in the chain, as its document has it and as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLink {
    /// Its place in the log.
    pub position: Position,
    /// The hash before, as stored.
    pub prev_hash: String,
    /// Its hash, as stored.
    pub hash: String,
    /// Whether hash and key are those of the event that is stored.
    pub is_own: bool,
}

/// A chunk that was looked at.
struct Chunk {
    checked: u64,
    /// What the first event says is before it.
    prev_hash: Option<String>,
    last: Option<Head>,
    first_bad: Option<Position>,
}

impl EventLog {
    /// Recomputes the chain from a position to another, or to the end of the log, which must be where the head document
    /// says. It is done by as many tasks as there are processors.
    ///
    /// # Errors
    /// [`LogError`] when the log can't be read. That something is wrong with it is no error, but the answer.
    pub async fn verify(&self, options: &VerifyOptions<'_>) -> Result<Verified, LogError> {
        let from = options.from.max(1);
        let head = self.head().await?;
        let to = options.to.map_or(head.position, |to| to.min(head.position));
        let before = self.link_before(from).await?;
        let mut verified = Verified { from, to: from - 1, checked: 0, first_bad: None, head: before };
        let starts = (from..=to).step_by(usize::try_from(CHUNK).unwrap_or(usize::MAX));
        let tasks = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
        let chunks = futures::stream::iter(starts).map(|start| self.chunk(start, (start + CHUNK - 1).min(to)));
        let mut chunks = std::pin::pin!(chunks.buffered(tasks * 2));
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            verified.checked += chunk.checked;
            (options.progress)(chunk.checked);
            let first = verified.to + 1;
            verified.to = (verified.to + CHUNK).min(to);
            let unchained = chunk.prev_hash.as_ref() != Some(&verified.head.hash);
            verified.first_bad = if unchained { Some(first) } else { chunk.first_bad };
            if let Some(bad) = verified.first_bad {
                verified.to = bad;
                return Ok(verified);
            }
            verified.head = chunk.last.unwrap_or(verified.head);
            if options.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(verified);
            }
        }
        if verified.to == head.position {
            verified.first_bad = self.wrong_end(&head, &verified.head).await?;
        }
        Ok(verified)
    }

    /// The end of the chain before a position, as it is stored.
    async fn link_before(&self, from: Position) -> Result<Head, LogError> {
        if from == 1 {
            return Ok(Head::genesis());
        }
        let position = signed(from - 1)?;
        let raw = self.0.events.clone_with_type::<RawDocumentBuf>();
        let find = async { raw.find_one(doc! { "_id": position }).await };
        let found = within(TIME_LIMIT, find).await?;
        let hash = found.and_then(|event| Some(event.get_str("hash").ok()?.to_owned()));
        // Without it nothing is chained to it.
        Ok(Head { position: from - 1, hash: hash.unwrap_or_default() })
    }

    /// The position from which on the log is not what the head document says of its end.
    async fn wrong_end(&self, head: &Head, last: &Head) -> Result<Option<Position>, LogError> {
        if head.hash != last.hash {
            return Ok(Some(head.position));
        }
        let after = async { self.0.events.find_one(doc! { "_id": { "$gt": signed_or_last(head.position) } }).await };
        let beyond = within(TIME_LIMIT, after).await?;
        // Somebody may have appended meanwhile; then the head has moved as well.
        let is_strange = beyond.is_some() && self.head().await?.position == head.position;
        Ok(is_strange.then_some(head.position + 1))
    }

    async fn chunk(&self, from: Position, to: Position) -> Result<Chunk, LogError> {
        let answers = self.answers((from - 1, to), doc! {}).await?;
        let checking = tokio::task::spawn_blocking(move || Ok(check(&answers.documents()?, from, to)));
        checking.await.map_err(|_| LogError::Unavailable("a verification was broken off".into()))?
    }
}

fn signed_or_last(position: Position) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

fn check(documents: &[&RawDocument], from: Position, to: Position) -> Chunk {
    let mut chunk = Chunk { checked: 0, prev_hash: None, last: None, first_bad: None };
    let mut scratch = Scratch::default();
    for (expected, document) in (from..=to).zip(documents) {
        let link = scratch.link(document);
        let prev_hash = chunk.last.as_ref().map(|last| &last.hash);
        let link = link.filter(|link| link.position == expected && link.is_own);
        let Some(link) = link.filter(|link| prev_hash.is_none_or(|hash| *hash == link.prev_hash)) else {
            chunk.first_bad = Some(expected);
            // What the first says is before it does not matter any more.
            chunk.prev_hash.get_or_insert_with(|| GENESIS_HASH.to_owned());
            return chunk;
        };
        chunk.checked += 1;
        chunk.prev_hash.get_or_insert(link.prev_hash);
        chunk.last = Some(Head { position: expected, hash: link.hash });
    }
    let missing = from + documents.len() as u64;
    chunk.first_bad = (missing <= to).then_some(missing);
    chunk
}

/// The place in the chain of a stored event; none when the document is not of an event's form.
#[must_use]
pub fn stored_link(document: &RawDocument) -> Option<StoredLink> {
    Scratch::default().link(document)
}

/// Memory that is used again.
#[derive(Default)]
struct Scratch {
    json: Vec<u8>,
}

impl Scratch {
    fn link(&mut self, document: &RawDocument) -> Option<StoredLink> {
        let (mut fields, mut hash, mut key) = (Vec::with_capacity(16), None, None);
        for element in document {
            let (name, value) = element.ok()?;
            match name.as_str() {
                "hash" => hash = Some(value.as_str()?),
                "key" => key = Some(value.as_str()?),
                "_id" => fields.push(("position", value)),
                // The document calls it otherwise: who puts such a field there hides nothing.
                "position" => return None,
                name => fields.push((name, value)),
            }
        }
        let text = |name: &str| fields.iter().find(|(other, _)| *other == name)?.1.as_str();
        let number = |name: &str| integer(fields.iter().find(|(other, _)| *other == name)?.1);
        let prev_hash = text("prev_hash")?.to_owned();
        let position = u64::try_from(number("position")?).ok()?;
        let own_key = format!("{}/{}/{:010}", text("stream_type")?, text("stream_id")?, number("version")?);
        self.json.clear();
        object(&mut fields, &mut self.json)?;
        let mut hasher = Sha256::new();
        hasher.update(&prev_hash);
        hasher.update(&self.json);
        let own_hash = hex::encode(hasher.finalize());
        let hash = hash?;
        let is_own = own_hash == hash && key == Some(own_key.as_str());
        Some(StoredLink { position, prev_hash, hash: hash.to_owned(), is_own })
    }
}

/// Writes an object as RFC 8785 has it: keys sorted by their UTF-16.
fn object(fields: &mut [(&str, RawBsonRef<'_>)], json: &mut Vec<u8>) -> Option<()> {
    if fields.iter().all(|(name, _)| name.is_ascii()) {
        fields.sort_unstable_by_key(|(name, _)| *name);
    } else {
        fields.sort_unstable_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    }
    if fields.windows(2).any(|pair| pair.first().map(|one| one.0) == pair.get(1).map(|other| other.0)) {
        return None;
    }
    json.push(b'{');
    for (index, (name, value)) in fields.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        serde_json::to_writer(&mut *json, name).ok()?;
        json.push(b':');
        canonical(*value, json)?;
    }
    json.push(b'}');
    Some(())
}

/// Writes a value as RFC 8785 has it; none for what no event holds.
#[allow(clippy::wildcard_enum_match_arm, reason = "an event is JSON: it is stored as six of the two dozen")]
fn canonical(value: RawBsonRef<'_>, json: &mut Vec<u8>) -> Option<()> {
    match value {
        RawBsonRef::Null => json.extend_from_slice(b"null"),
        RawBsonRef::Boolean(flag) => json.extend_from_slice(if flag { b"true" } else { b"false" }),
        RawBsonRef::String(text) => serde_json::to_writer(&mut *json, text).ok()?,
        RawBsonRef::Int32(number) => write!(json, "{number}").ok()?,
        RawBsonRef::Int64(number) if number.unsigned_abs() <= EXACT => write!(json, "{number}").ok()?,
        RawBsonRef::Int64(number) => json.extend(serde_json_canonicalizer::to_vec(&number).ok()?),
        RawBsonRef::Double(number) => json.extend(serde_json_canonicalizer::to_vec(&number).ok()?),
        RawBsonRef::Document(document) => {
            let fields = document.iter().map(|element| element.map(|(name, value)| (name.as_str(), value)));
            let mut fields = fields.collect::<Result<Vec<_>, _>>().ok()?;
            object(&mut fields, json)?;
        }
        RawBsonRef::Array(items) => {
            json.push(b'[');
            for (index, item) in items.into_iter().enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                canonical(item.ok()?, json)?;
            }
            json.push(b']');
        }
        // Nothing of an event is stored as any of the others.
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use events::StoredEvent;
    use serde_json::{Value, json};

    use super::*;
    use crate::{canonical_document, chain, chain_hash};

    fn event(position: Position, data: Value) -> StoredEvent {
        let mut event = chain::tests::event(position, position, data);
        event.hash = chain_hash(&event).unwrap();
        event
    }

    fn raw(event: &StoredEvent) -> RawDocumentBuf {
        RawDocumentBuf::try_from(&canonical_document(event).unwrap()).unwrap()
    }

    #[test]
    fn the_bytes_hash_as_the_event_does() {
        let datas = [
            json!({}),
            json!({ "z": 1, "a": { "€": [1, -2, "x"], "\u{1F600}": "\u{0}\u{1f}\"\\\u{7f}\n", "b": {} }, "{": "}" }),
            json!({ "amount": 49.9, "one": 1.0, "small": 1e-7, "large": 1e21, "negative": -0.5, "list": [[], [true]] }),
            json!({ "exact": 9_007_199_254_740_992_u64, "beyond": 9_007_199_254_740_994_u64, "min": i64::MIN }),
        ];
        for (position, data) in (1..).zip(datas) {
            let event = event(position, data);
            let link = stored_link(&raw(&event)).unwrap();
            assert!(link.is_own, "{}", event.data);
            assert_eq!((link.position, link.prev_hash, link.hash), (position, event.prev_hash, event.hash));
        }
    }

    #[test]
    fn no_field_can_be_altered_added_or_taken() {
        let document = canonical_document(&event(1, json!({ "a": { "b": [1] } }))).unwrap();
        let own = |document: &bson::Document| {
            stored_link(&RawDocumentBuf::try_from(document).unwrap())
                .is_some_and(|link| link.is_own && link.position == 1)
        };
        assert!(own(&document));
        for name in document.keys() {
            let mut without = document.clone();
            without.remove(name);
            assert!(!own(&without), "without {name}");
            let mut altered = document.clone();
            altered.insert(name, "altered");
            assert!(!own(&altered), "{name} altered");
        }
        for name in ["position", "extra", "$set"] {
            let mut more = document.clone();
            more.insert(name, 1_i64);
            assert!(!own(&more), "with {name}");
        }
    }
}
