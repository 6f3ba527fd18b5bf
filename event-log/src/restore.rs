//! Restoring a log into an empty database, and what there is to say about one.

use std::collections::BTreeMap;
use std::future::IntoFuture as _;
use std::time::Duration;

use bson::{Document, RawDocumentBuf, doc};
use events::StoredEvent;
use futures::TryStreamExt as _;
use serde::Serialize;

use crate::document::{Place, document_to_fill_in, filled_in, signed};
use crate::mongo::{is_duplicate_key, within};
use crate::{EventLog, LogError, schema};

/// The longest that one step may take.
const LIMIT: Duration = Duration::from_secs(60);
/// The longest that all events may be counted.
const COUNT_LIMIT: Duration = Duration::from_secs(600);

/// How large a log is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogStats {
    /// Events.
    pub events: u64,
    /// Streams.
    pub streams: u64,
    /// Bytes of the events, uncompressed.
    pub bytes: u64,
    /// Bytes of the two indexes.
    pub index_bytes: u64,
    /// People whose key is there.
    pub readable_people: u64,
    /// Events of each type.
    pub by_type: BTreeMap<String, u64>,
}

impl EventLog {
    /// Puts the next events of another log back, byte by byte as they were. The chain is the caller's to verify, before;
    /// [`EventLog::restored`] comes at the end.
    ///
    /// # Errors
    /// [`LogError`]; [`LogError::Corrupt`] when there is an event in their place.
    pub async fn restore(&self, events: Vec<StoredEvent>) -> Result<(), LogError> {
        if events.is_empty() {
            return Ok(());
        }
        let document = |event: &StoredEvent| {
            let StoredEvent { position, version, prev_hash, hash, .. } = event;
            let place = Place { position: *position, version: *version, prev_hash, hash };
            filled_in(&document_to_fill_in(event)?, &event.stream(), &place)
        };
        let documents = events.iter().map(document).collect::<Result<Vec<RawDocumentBuf>, _>>()?;
        let raw = self.0.events.clone_with_type::<RawDocumentBuf>();
        match tokio::time::timeout(LIMIT, raw.insert_many(documents).into_future()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if is_duplicate_key(&error) => {
                Err(LogError::Corrupt("the database is not empty: there are events in it".into()))
            }
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(LogError::Unavailable(format!("not restored within {LIMIT:?}"))),
        }
    }

    /// Makes the last event that was restored the end of the log.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn restored(&self) -> Result<(), LogError> {
        let last = within(LIMIT, self.0.events.find_one(doc! {}).sort(doc! { "_id": -1 }).into_future()).await?;
        let Some(last) = last.map(crate::stored_from_document).transpose()? else { return Ok(()) };
        let empty = doc! { "_id": schema::HEAD_ID, "position": 0_i64 };
        let end = doc! { "$set": { "position": signed(last.position)?, "hash": last.hash } };
        let moved = within(LIMIT, self.0.head.update_one(empty, end).into_future()).await?;
        if moved.matched_count == 1 { Ok(()) } else { Err(LogError::Corrupt("somebody has appended meanwhile".into())) }
    }

    /// How large the log is. It reads all of it.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn stats(&self) -> Result<LogStats, LogError> {
        let is_first = doc! { "$cond": [{ "$eq": ["$version", 1_i64] }, 1_i64, 0_i64] };
        let group = doc! { "$group": { "_id": "$type", "events": { "$sum": 1_i64 }, "streams": { "$sum": is_first } } };
        let groups: Vec<Document> =
            within(COUNT_LIMIT, async { self.0.events.aggregate(vec![group]).await?.try_collect().await }).await?;
        let number = |document: &Document, name: &str| match document.get(name) {
            Some(bson::Bson::Int32(number)) => u64::try_from(*number).unwrap_or(0),
            Some(bson::Bson::Int64(number)) => u64::try_from(*number).unwrap_or(0),
            _ => 0,
        };
        let size =
            within(LIMIT, self.0.database.run_command(doc! { "collStats": schema::EVENTS }).into_future()).await?;
        let by_type =
            groups.iter().filter_map(|group| Some((group.get_str("_id").ok()?.to_owned(), number(group, "events"))));
        Ok(LogStats {
            events: groups.iter().map(|group| number(group, "events")).sum(),
            streams: groups.iter().map(|group| number(group, "streams")).sum(),
            bytes: number(&size, "size"),
            index_bytes: number(&size, "totalIndexSize"),
            readable_people: self.0.keys.count().await?,
            by_type: by_type.collect(),
        })
    }
}
