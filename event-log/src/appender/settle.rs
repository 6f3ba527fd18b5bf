//! Settling: telling everybody what became of their commits, and letting go of what they were made of.
//!
//! The appender's thread has better to do: the next batch waits for it. So another thread settles, in the batches' order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use events::StoredEvent;

use super::ground::Ground;
use super::placing::Written;
use super::queue::Waiting;
use crate::document::Place;

/// So few commits are settled at once when nothing else waits for it: to wake a thread would take longer.
const FEW: usize = 4;

/// Where batches are handed to. The thread ends with it.
pub(super) struct Settler {
    log: Arc<Ground>,
    batches: mpsc::Sender<(Vec<Waiting>, Written)>,
    /// How many batches have been handed over, and are not settled yet.
    waiting: Arc<AtomicUsize>,
}

impl Settler {
    /// Starts the thread.
    pub(super) fn start(log: &Arc<Ground>) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (batches, handed_over) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let (ground, left) = (Arc::clone(log), Arc::clone(&waiting));
        let work = move || {
            for (batch, written) in handed_over {
                settle(&ground, batch, written);
                left.fetch_sub(1, Ordering::AcqRel);
            }
        };
        let thread = std::thread::Builder::new().name("settler".to_owned()).spawn(work)?;
        Ok((Self { log: Arc::clone(log), batches, waiting }, thread))
    }

    /// Tells everybody of a batch, after those of the batches before.
    pub(super) fn settle(&self, batch: Vec<Waiting>, written: Written) {
        if batch.len() <= FEW && self.waiting.load(Ordering::Acquire) == 0 {
            return settle(&self.log, batch, written);
        }
        self.waiting.fetch_add(1, Ordering::AcqRel);
        if let Err(mpsc::SendError((batch, written))) = self.batches.send((batch, written)) {
            // The thread is gone, which it is not before this; but nobody is to wait for ever.
            settle(&self.log, batch, written);
        }
    }
}

/// Tells everybody what became of their commit.
fn settle(log: &Ground, batch: Vec<Waiting>, written: Written) {
    let mut events = Vec::new();
    let mut answers = Vec::with_capacity(batch.len());
    for ((waiting, verdict), places) in batch.into_iter().zip(written.verdicts).zip(written.places) {
        let Waiting { prepared, reply } = waiting;
        if verdict.is_ok() {
            for (owner, key, _) in prepared.created {
                log.keys.remember(owner, key);
            }
            prepared.destroyed.iter().for_each(|owner| log.keys.forget(*owner));
        }
        let prepared = prepared.appends.into_iter().flat_map(|append| append.events);
        events.extend(prepared.zip(places).map(|(event, place)| placed(event.stored, place)));
        answers.push((reply, verdict));
    }
    if let Some(last) = events.last() {
        log.observe(last.position);
        metrics::gauge!("har_log_head_position").set(last.position as f64);
        // Nobody listening is fine: the log itself is the way to catch up.
        log.committed.send(events.into()).ok();
    }
    for (reply, verdict) in answers {
        // The other side has given up waiting when this fails.
        reply.send(verdict).ok();
    }
}

fn placed(event: StoredEvent, place: Place) -> StoredEvent {
    let Place { position, version, prev_hash, hash } = place;
    StoredEvent { position, version, prev_hash, hash, ..event }
}
