//! Scanning: a stretch of the log, opened, as fast as it can be read.

use std::num::NonZeroUsize;

use bson::{RawDocumentBuf, doc};
use events::{
    ActorRole, CorrelationId, EventId, Position, StoredActor, StoredEvent, StreamType, Timestamp, UserId, Version,
};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::mongo::{TIME_LIMIT, within};
use crate::read::{Opened, signed};
use crate::{EventLog, LogError};

/// An event of a scan, opened as [`EventLog::open_to_fold`] does.
#[derive(Debug)]
pub struct Scanned {
    /// The event, opened.
    pub event: Opened,
    /// Its size as it is stored, in bytes.
    pub bytes: usize,
}

impl EventLog {
    /// The events after a position and up to another, of these kinds of streams only, opened, in order, in batches of
    /// at most `batch`:
    /// while one is being folded the next ones are decoded by other tasks. Positions of other streams are left out, so
    /// that holes are not seen; see [`EventLog::verify`].
    ///
    /// # Errors
    /// [`LogError`], with which the stream ends.
    pub fn scan(
        &self,
        (after, to): (Position, Position),
        streams: &[StreamType],
        batch: u32,
    ) -> impl Stream<Item = Result<Vec<Scanned>, LogError>> + Send + use<> {
        let log = self.clone();
        let kinds: Vec<&str> = streams.iter().map(|stream| stream.as_str()).collect();
        let filter = if streams.len() == StreamType::ALL.len() {
            doc! {}
        } else {
            doc! { "stream_type": { "$in": kinds } }
        };
        let tasks = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
        let batches = futures::stream::try_unfold((self.clone(), after), move |(log, after)| {
            let mut filter = filter.clone();
            async move {
                let (after, to) = (signed(after)?, signed(to)?);
                filter.insert("_id", doc! { "$gt": after, "$lte": to });
                let raw = log.0.events.clone_with_type::<RawDocumentBuf>();
                let find = raw.find(filter).projection(doc! { "key": 0 }).sort(doc! { "_id": 1 });
                let find = find.limit(i64::from(batch)).batch_size(batch);
                let documents = async { find.await?.try_collect::<Vec<RawDocumentBuf>>().await };
                let documents = within(TIME_LIMIT * 8, documents).await?;
                let Some(last) = documents.last() else { return Ok(None) };
                let last = last.get_i64("_id").map_err(|_| LogError::Corrupt("an event without position".into()))?;
                let last = Position::try_from(last).map_err(|_| LogError::Corrupt("a negative position".into()))?;
                Ok(Some((documents, (log, last))))
            }
        });
        let opening = batches.map(move |documents: Result<Vec<RawDocumentBuf>, LogError>| {
            let log = log.clone();
            async move {
                let documents = documents?;
                // A task of its own: decoding and decrypting is most of the work.
                let opening = tokio::spawn(async move {
                    let lean: Vec<Lean> = documents.iter().map(decode).collect::<Result<_, _>>()?;
                    let opened = log.open_to_fold(lean.into_iter().map(StoredEvent::from).collect()).await?;
                    let scanned = |(event, document): (Opened, &RawDocumentBuf)| {
                        let event = match event {
                            Opened::Known(_) => event,
                            Opened::Unknown { error, .. } => Opened::Unknown { stored: decode(document)?, error },
                        };
                        Ok(Scanned { event, bytes: document.as_bytes().len() })
                    };
                    opened.into_iter().zip(&documents).map(scanned).collect()
                });
                opening.await.map_err(|_| LogError::Unavailable("the runtime is ending".into()))?
            }
        });
        // One more than are opened: MongoDB is asked for the next one meanwhile.
        opening.buffered(tasks + 1)
    }
}

/// An event without what no fold asks for, its hashes and where its actor sat: those are the most of its bytes, and not
/// decoded. One that is not known is decoded again, whole.
#[derive(Deserialize)]
struct Lean {
    #[serde(rename = "_id")]
    position: Position,
    id: EventId,
    stream_type: StreamType,
    stream_id: String,
    version: Version,
    #[serde(rename = "type")]
    event_type: String,
    schema_version: u32,
    time: Timestamp,
    actor: LeanActor,
    correlation_id: CorrelationId,
    causation_id: Option<EventId>,
    subject_ids: Vec<UserId>,
    data: Value,
}

#[derive(Deserialize)]
struct LeanActor {
    user_id: Option<UserId>,
    role: ActorRole,
}

impl From<Lean> for StoredEvent {
    fn from(lean: Lean) -> Self {
        let LeanActor { user_id, role } = lean.actor;
        Self {
            position: lean.position,
            id: lean.id,
            stream_type: lean.stream_type,
            stream_id: lean.stream_id,
            version: lean.version,
            event_type: lean.event_type,
            schema_version: lean.schema_version,
            time: lean.time,
            actor: StoredActor { user_id, role, ip: Value::Null, user_agent: Value::Null },
            correlation_id: lean.correlation_id,
            causation_id: lean.causation_id,
            subject_ids: lean.subject_ids,
            data: lean.data,
            prev_hash: String::new(),
            hash: String::new(),
        }
    }
}

fn decode<T: DeserializeOwned>(document: &RawDocumentBuf) -> Result<T, LogError> {
    bson::deserialize_from_slice(document.as_bytes())
        .map_err(|error| LogError::Corrupt(format!("malformed event: {error}")))
}
