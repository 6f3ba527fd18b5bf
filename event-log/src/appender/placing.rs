//! Placing: a batch's winners get their positions, versions and hashes.

use bson::raw::RawArrayBuf;
use events::{Position, Version};

use super::judge::{Judged, Memory};
use super::prepare::Prepared;
use super::transaction::AttemptError;
use crate::Head;
use crate::chain::Hash;
use crate::document::{Place, filled_in};

/// So many commits are chained before others on this thread have their turn.
const AT_A_TIME: usize = 16;

/// The place of an event.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    pub(super) position: Position,
    pub(super) version: Version,
    pub(super) hash: Hash,
}

/// A batch's winners behind the head, one after the other.
pub(super) struct Chained {
    /// Of their events, in their order.
    pub(super) places: Vec<Placed>,
    /// The events, as they are inserted.
    pub(super) documents: RawArrayBuf,
    /// Where they have brought the head.
    pub(super) head: Head,
}

/// What was written of a batch.
pub(super) struct Written {
    pub(super) judged: Judged,
    /// Of the winners' events, in their order.
    pub(super) places: Vec<Placed>,
    /// The hash that the first of them follows.
    pub(super) after: String,
}

/// Gives the winners' events their places after the head.
///
/// It lets others on this thread go on in between: what MongoDB can do meanwhile is sent, and answered, by them.
pub(super) async fn chain(batch: &[&Prepared], judged: &Judged, head: &Head) -> Result<Chained, AttemptError> {
    let mut chained = Chained { places: Vec::new(), documents: RawArrayBuf::new(), head: head.clone() };
    let mut bases = judged.bases.iter();
    for (number, commit) in judged.winners(batch).enumerate() {
        if number % AT_A_TIME == 0 {
            tokio::task::yield_now().await;
        }
        for (append, base) in commit.appends.iter().zip(bases.by_ref()) {
            for (version, event) in (base + 1..).zip(&append.events) {
                let position = chained.head.position + 1;
                let hash = event.canonical.hash(position, version, &chained.head.hash);
                let prev_hash = std::mem::replace(&mut chained.head.hash, hex::encode(hash));
                let place = Place { position, version, prev_hash: &prev_hash, hash: &chained.head.hash };
                chained.documents.push(filled_in(&event.document, &append.stream, &place)?);
                chained.places.push(Placed { position, version, hash });
                chained.head.position = position;
            }
        }
    }
    Ok(chained)
}

/// The streams of the batch stand where it has brought them.
pub(super) fn remember(memory: &mut Memory, batch: &[&Prepared], written: &Written) {
    let mut places = written.places.iter();
    for commit in written.judged.winners(batch) {
        for append in &commit.appends {
            if let Some(last) = places.by_ref().take(append.events.len()).last() {
                memory.wrote(last.position, append.stream.clone(), last.version);
            }
        }
    }
}
