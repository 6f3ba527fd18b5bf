//! Settling: telling everybody what became of their commits, and letting go of what they were made of.
//!
//! The appender's thread has better to do: the next batch waits for it. So another thread settles, in the batches' order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use events::{CorrelationId, Timestamp};

use super::ground::Ground;
use super::judge::Verdict;
use super::placing::{Placed, Written};
use super::prepare::{Prepared, PreparedAppend, PreparedEvent};
use super::queue::Waiting;
use crate::outgoing::Outgoing;
use crate::{Appended, Committed};

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
    let mut placing = Placing { places: written.places.into_iter(), last_hash: written.after, events: Vec::new() };
    let mut answers = Vec::with_capacity(batch.len());
    for (Waiting { prepared, reply }, verdict) in batch.into_iter().zip(written.judged.verdicts) {
        let Prepared { appends, created, destroyed, time, correlation_id, .. } = prepared;
        let answer = match verdict {
            Verdict::Won => Ok(placing.committed(appends, (time, correlation_id))),
            Verdict::Done(committed) => Ok(committed),
            Verdict::Lost(error) => Err(error),
        };
        if answer.is_ok() {
            created.into_iter().for_each(|(owner, key, _)| log.keys.remember(owner, key));
            destroyed.into_iter().for_each(|owner| log.keys.forget(owner));
        }
        answers.push((reply, answer));
    }
    let events = placing.events;
    if let Some(last) = events.last() {
        log.observe(last.position);
        metrics::gauge!("har_log_head_position").set(last.position as f64);
        // Nobody listening is fine: the log itself is the way to catch up.
        log.committed.send(events.into()).ok();
    }
    for (reply, answer) in answers {
        // The other side has given up waiting when this fails.
        reply.send(answer).ok();
    }
}

/// The events of a batch's winners, as they come to their places.
struct Placing {
    /// Those that are not taken yet.
    places: std::vec::IntoIter<Placed>,
    /// Of the event before them.
    last_hash: String,
    events: Vec<Outgoing>,
}

impl Placing {
    /// Puts the events of the next winner into their places.
    fn committed(&mut self, appends: Vec<PreparedAppend>, of_commit: (Timestamp, CorrelationId)) -> Committed {
        let (time, correlation_id) = of_commit;
        let mut committed = Committed { events: Vec::new() };
        for PreparedAppend { stream, events, .. } in appends {
            for (event, Placed { position, version, hash }) in events.into_iter().zip(self.places.by_ref()) {
                let PreparedEvent { id, event_type, canonical, .. } = event;
                committed.events.push(Appended { id, stream: stream.clone(), version, position });
                let prev_hash = std::mem::replace(&mut self.last_hash, hex::encode(hash));
                let json = canonical.json(position, version, &prev_hash, &self.last_hash).into();
                let (stream, event_type) = (stream.clone(), event_type.into());
                self.events.push(Outgoing { position, id, stream, event_type, time, correlation_id, json });
            }
        }
        committed
    }
}
