//! Finding events in the index of the log.

use bson::{Document, doc};
use event_log::LogError;
use events::{CorrelationId, Position, StreamType, Timestamp, UserId};
use mongodb::Database;
use mongodb::error::Error;

use super::snapshot::{Reading, Snapshot, read_at_once};
use crate::{AuditBlock, AuditEvent, PositionKey};

/// The positions of the events that somebody caused or that are about them: after a position and up to another, in
/// order, at most `limit`.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn events_of_person(
    database: &Database,
    person: UserId,
    (after, to): (Position, Position),
    limit: u32,
) -> Result<Vec<Position>, LogError> {
    read_at_once(database, &OfPerson { person, after, to, limit }).await
}

struct OfPerson {
    person: UserId,
    after: Position,
    to: Position,
    limit: u32,
}

impl Reading for OfPerson {
    type Output = Vec<Position>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Vec<Position>, Error> {
        let person = self.person.to_string();
        let (after, to) = (PositionKey::new(self.after).to_string(), PositionKey::new(self.to).to_string());
        // The indexes of both have the order of the log: they are merged, nothing is sorted.
        let filter = doc! {
            "$or": [{ "actor_id": &person }, { "subject_ids": &person }], "_id": { "$gt": after, "$lte": to },
        };
        let stages =
            vec![doc! { "$match": filter }, doc! { "$sort": { "_id": 1 } }, doc! { "$limit": i64::from(self.limit) }];
        let found = snapshot.aggregate::<AuditEvent>(stages).await?;
        Ok(found.into_iter().map(|event| event.key.position()).collect())
    }
}

/// What events are searched by; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Kind of stream.
    pub stream_type: Option<StreamType>,
    /// Id within the kind.
    pub stream_id: Option<String>,
    /// Name of the event type.
    pub event_type: Option<String>,
    /// Who caused it.
    pub actor_id: Option<UserId>,
    /// One of those it is about.
    pub subject_id: Option<UserId>,
    /// What its request set off.
    pub correlation_id: Option<CorrelationId>,
    /// The earliest time.
    pub from: Option<Timestamp>,
    /// The first time that is too late.
    pub to: Option<Timestamp>,
}

/// The positions of the events that match: after a position and up to another, in order, at most `limit`.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn find_events(
    database: &Database,
    filter: &EventFilter,
    (after, to): (Position, Position),
    limit: u32,
) -> Result<Vec<Position>, LogError> {
    read_at_once(database, &Matching { filter, first: after.saturating_add(1), last: to, limit }).await
}

struct Matching<'a> {
    filter: &'a EventFilter,
    first: Position,
    last: Position,
    limit: u32,
}

impl Reading for Matching<'_> {
    type Output = Vec<Position>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Vec<Position>, Error> {
        let Some((first, last)) = self.range(snapshot).await? else { return Ok(Vec::new()) };
        let mut filter = self.filter.document();
        filter.insert("_id", between(first, last));
        let stages =
            vec![doc! { "$match": filter }, doc! { "$sort": { "_id": 1 } }, doc! { "$limit": i64::from(self.limit) }];
        let found = snapshot.aggregate::<AuditEvent>(stages).await?;
        Ok(found.into_iter().map(|event| event.key.position()).collect())
    }
}

impl Matching<'_> {
    /// The positions among which the events of the time are; none when there are none.
    async fn range(&self, snapshot: &mut Snapshot) -> Result<Option<(Position, Position)>, Error> {
        if self.filter.from.is_none() && self.filter.to.is_none() {
            return Ok(Some((self.first, self.last)));
        }
        let mut of_time = Document::new();
        if let Some(from) = self.filter.from {
            of_time.insert("latest", doc! { "$gte": from.to_string() });
        }
        if let Some(to) = self.filter.to {
            of_time.insert("earliest", doc! { "$lt": to.to_string() });
        }
        of_time.insert("_id", between(AuditBlock::key_of(self.first).position(), self.last));
        let mut ends = Vec::new();
        for order in [1, -1] {
            let stages =
                vec![doc! { "$match": &of_time }, doc! { "$sort": { "_id": order } }, doc! { "$limit": 1_i64 }];
            ends.extend(snapshot.aggregate::<AuditBlock>(stages).await?);
        }
        let range =
            |first: &AuditBlock, last: &AuditBlock| (first.key.position().max(self.first), last.last().min(self.last));
        Ok(ends.first().zip(ends.get(1)).map(|(first, last)| range(first, last)))
    }
}

fn between(first: Position, last: Position) -> Document {
    doc! { "$gte": PositionKey::new(first).to_string(), "$lte": PositionKey::new(last).to_string() }
}

impl EventFilter {
    fn document(&self) -> Document {
        let mut document = Document::new();
        let mut equal = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                document.insert(name, value);
            }
        };
        equal("stream_type", self.stream_type.map(|stream| stream.to_string()));
        equal("stream_id", self.stream_id.clone());
        equal("type", self.event_type.clone());
        equal("actor_id", self.actor_id.map(|id| id.to_string()));
        equal("subject_ids", self.subject_id.map(|id| id.to_string()));
        equal("correlation_id", self.correlation_id.map(|id| id.to_string()));
        let mut time = Document::new();
        if let Some(from) = self.from {
            time.insert("$gte", from.to_string());
        }
        if let Some(to) = self.to {
            time.insert("$lt", to.to_string());
        }
        if !time.is_empty() {
            document.insert("time", time);
        }
        document
    }
}
