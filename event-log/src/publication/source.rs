//! What is to be published next, from the memory of this process.

use std::collections::VecDeque;
use std::sync::Arc;

use events::Position;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::EventLog;
use crate::outgoing::Outgoing;

/// A batch as the appender hands it out: contiguous, shared.
pub type Batch = Arc<[Outgoing]>;

/// The batches that this process has committed and not yet published.
pub struct LocalBatches {
    receiver: Receiver<Batch>,
    waiting: VecDeque<Batch>,
}

impl LocalBatches {
    pub fn of(log: &EventLog) -> Self {
        Self { receiver: log.committed(), waiting: VecDeque::new() }
    }

    /// Waits for a batch. Nothing is lost when the wait is broken off.
    pub async fn arrival(&mut self) {
        match self.receiver.recv().await {
            Ok(batch) => self.waiting.push_back(batch),
            // What was missed is a hole, and holes are read from the log.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }

    /// The batch with the event after a position; none when memory has none. Those before it are dropped.
    pub fn after(&mut self, position: Position) -> Option<Batch> {
        self.collect();
        while self.waiting.front().is_some_and(|batch| last(batch) <= position) {
            self.waiting.pop_front();
        }
        let first = self.waiting.front()?.first()?.position;
        if first <= position + 1 { self.waiting.pop_front() } else { None }
    }

    /// Whether a batch waits for events before it, which another process has committed.
    pub fn has_more(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Forgets all: somebody else publishes.
    pub fn clear(&mut self) {
        self.collect();
        self.waiting.clear();
    }

    fn collect(&mut self) {
        loop {
            match self.receiver.try_recv() {
                Ok(batch) => self.waiting.push_back(batch),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }
}

fn last(batch: &[Outgoing]) -> Position {
    batch.last().map_or(0, |event| event.position)
}
