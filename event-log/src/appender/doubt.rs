//! A commit that was sent and never confirmed: was it written?

use bson::doc;
use events::{EventId, Position, StreamId};
use mongodb::ClientSession;

use super::ground::Ground;
use super::prepare::Prepared;
use super::transaction::AttemptError;
use crate::document::{key, signed, stored_from_document};
use crate::{Appended, Committed, Expected};

/// After a commit that was never confirmed: which commits of the batch are in the log, told by their events' own ids.
/// The head is locked, so that the old transaction can't commit any more.
pub(super) async fn already_written(
    log: &Ground,
    session: &mut ClientSession,
    batch: &[&Prepared],
) -> Result<Vec<Option<Committed>>, AttemptError> {
    let mut done = Vec::with_capacity(batch.len());
    for commit in batch {
        let count = commit.appends.iter().map(|append| append.events.len()).sum::<usize>() as u64;
        let first = commit.appends.first().and_then(|append| append.events.first()).map(|event| event.id);
        let position = match (first, commit.appends.first().map(|append| (&append.stream, append.expected))) {
            (Some(id), Some((stream, expected))) => position_of(log, session, id, stream, expected).await?,
            _ => None,
        };
        done.push(match position {
            Some(position) => Some(read_back(log, session, position, count).await?),
            None => None,
        });
    }
    Ok(done)
}

async fn position_of(
    log: &Ground,
    session: &mut ClientSession,
    id: EventId,
    stream: &StreamId,
    expected: Expected,
) -> Result<Option<Position>, AttemptError> {
    let filter = match expected {
        Expected::Exactly(version) => doc! { "key": key(stream, version + 1), "id": id.to_string() },
        Expected::Any => doc! {
            "key": { "$gt": key(stream, 0), "$lt": format!("{stream}0") }, "id": id.to_string(),
        },
    };
    let found = log.events.find_one(filter).sort(doc! { "key": -1 }).session(session).await?;
    Ok(found.map(stored_from_document).transpose()?.map(|event| event.position))
}

async fn read_back(
    log: &Ground,
    session: &mut ClientSession,
    first: Position,
    count: u64,
) -> Result<Committed, AttemptError> {
    let filter = doc! { "_id": { "$gte": signed(first)?, "$lt": signed(first + count)? } };
    let mut cursor = log.events.find(filter).sort(doc! { "_id": 1 }).session(&mut *session).await?;
    let mut events = Vec::new();
    while let Some(document) = cursor.next(session).await.transpose()? {
        let event = stored_from_document(document)?;
        let (id, stream) = (event.id, event.stream());
        events.push(Appended { id, stream, version: event.version, position: event.position });
    }
    Ok(Committed { events })
}
