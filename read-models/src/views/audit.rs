//! Finding events in the index of the log.

use bson::doc;
use event_log::LogError;
use events::{Position, UserId};
use mongodb::Database;
use mongodb::error::Error;

use super::snapshot::{Reading, Snapshot, read_at_once};
use crate::{AuditEvent, PositionKey};

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
