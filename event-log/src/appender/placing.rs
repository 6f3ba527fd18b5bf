//! Placing: a batch's winners get their positions, versions and hashes.

use bson::RawDocumentBuf;
use events::Version;

use super::judge::{Findings, Judge, Memory};
use super::prepare::Prepared;
use super::transaction::AttemptError;
use crate::document::{Place, filled_in};
use crate::{AppendError, Appended, Committed, Head};

/// What became of each commit of a batch, and where its events were written.
pub(super) struct Written {
    pub(super) verdicts: Vec<Result<Committed, AppendError>>,
    /// For each commit the places of its events, in their order; none when it lost, or was written earlier.
    pub(super) places: Vec<Vec<Place>>,
    /// The events, as they are inserted.
    pub(super) documents: Vec<RawDocumentBuf>,
}

impl Written {
    /// Whether the batch left nothing to insert.
    pub(super) fn is_nothing(&self) -> bool {
        self.documents.is_empty()
    }
}

/// Judges the batch and gives the winners' events their positions, versions and hashes. `done` are those that an
/// earlier, unconfirmed attempt has written.
pub(super) fn chain(
    memory: &Memory,
    findings: &Findings,
    head: &Head,
    batch: &[&Prepared],
    done: Vec<Option<Committed>>,
) -> Result<(Written, Head), AttemptError> {
    let mut judge = Judge::new(memory, findings);
    let mut head = head.clone();
    let mut written = Written { verdicts: Vec::with_capacity(batch.len()), places: Vec::new(), documents: Vec::new() };
    for (commit, done) in batch.iter().zip(done) {
        let mut places = Vec::new();
        written.verdicts.push(match done {
            Some(committed) => Ok(committed),
            None => match judge.judge(commit) {
                Ok(bases) => Ok(place(commit, &bases, &mut head, &mut places, &mut written.documents)?),
                Err(lost) => Err(lost),
            },
        });
        written.places.push(places);
    }
    Ok((written, head))
}

/// Gives the events of one commit their places after the head, and moves it.
fn place(
    commit: &Prepared,
    bases: &[Version],
    head: &mut Head,
    places: &mut Vec<Place>,
    documents: &mut Vec<RawDocumentBuf>,
) -> Result<Committed, AttemptError> {
    let mut events = Vec::new();
    for (append, base) in commit.appends.iter().zip(bases) {
        for (version, prepared) in (base + 1..).zip(&append.events) {
            let position = head.position + 1;
            let hash = prepared.canonical.hash(position, version, &head.hash);
            let prev_hash = std::mem::replace(&mut head.hash, hash.clone());
            head.position = position;
            let place = Place { position, version, prev_hash, hash };
            documents.push(filled_in(&prepared.document, &append.stream, &place)?);
            events.push(Appended { id: prepared.stored.id, stream: append.stream.clone(), version, position });
            places.push(place);
        }
    }
    Ok(Committed { events })
}

/// The streams of the batch stand where it has brought them.
pub(super) fn remember(memory: &mut Memory, batch: &[&Prepared], written: &Written) {
    for (commit, places) in batch.iter().zip(&written.places) {
        let mut places = places.iter();
        for append in &commit.appends {
            if let Some(last) = places.by_ref().take(append.events.len()).last() {
                memory.wrote(last.position, append.stream.clone(), last.version);
            }
        }
    }
}
