//! One step of publication: everything that the log has and the stream has not.

use std::collections::VecDeque;
use std::sync::Arc;

use async_nats::Client;
use async_nats::jetstream::context::PublishAckFuture;
use chrono::Utc;
use events::{EventId, Position, StoredEvent};

use super::event_stream::{EventStream, Seen};
use super::source::{Batch, LocalBatches};
use super::{PublicationError, PublisherSettings};
use crate::outgoing::Outgoing;
use crate::{EventLog, LogError};

/// How many events are read from the log at a time.
const CHUNK: usize = 512;
/// How often one step looks at the stream anew before it gives up: enough for a stream that was lost or cut, and an
/// end to a fight between two publishers.
const ATTEMPTS: usize = 4;

/// How far a step looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// What this process has committed, with the holes between, suffices.
    Memory,
    /// To the end of the log.
    Log,
}

/// Publishes the log to its stream. Any number of them may work on one stream, even in each other's way: the server
/// takes an event in its place only. The lease only keeps them from wasting work.
pub struct Publisher {
    log: EventLog,
    stream: EventStream,
    window: usize,
    pub(super) batches: LocalBatches,
    /// Where the stream is known to end; none when it must be asked.
    end: Option<End>,
}

/// Where a stream ends.
#[derive(Clone, Copy, Debug)]
struct End {
    /// Sequence of the last message, which is a position.
    position: Position,
    /// Its event; none when the server can't be expected to remember it.
    id: Option<EventId>,
}

impl Publisher {
    /// A publisher of that log. It does nothing by itself.
    #[must_use]
    pub fn new(log: &EventLog, client: &Client, settings: &PublisherSettings) -> Self {
        Self {
            log: log.clone(),
            stream: EventStream::new(client, log.names(), settings),
            window: settings.ack_window.max(1),
            batches: LocalBatches::of(log),
            end: None,
        }
    }

    /// Publishes everything up to the end of the log, making the stream where it is missing, and making it anew where
    /// it is not the log's; returns the last position published.
    ///
    /// It may be broken off at any moment: the next step starts from what the stream says of itself.
    ///
    /// # Errors
    /// [`PublicationError`] when log or NATS is away, or another publisher wins again and again.
    pub async fn publish_pending(&mut self) -> Result<Position, PublicationError> {
        self.step(Reach::Log).await
    }

    /// Forgets what it believes of the stream.
    pub fn reset(&mut self) {
        self.end = None;
    }

    pub(super) async fn step(&mut self, reach: Reach) -> Result<Position, PublicationError> {
        let mut attempt = 1;
        loop {
            // Taken, and put back when all went well: a step that fails or is broken off leaves none.
            let end = match self.end.take() {
                Some(end) => end,
                None => End { position: self.synchronise().await?, id: None },
            };
            match self.publish_after(end, reach).await {
                Ok(end) => {
                    self.end = Some(end);
                    // The lag is the difference to `har_log_head_position`, also while nothing is published.
                    metrics::gauge!("har_published_position").set(to_gauge(end.position));
                    return Ok(end.position);
                }
                Err(PublicationError::OutOfStep(_)) if attempt < ATTEMPTS => attempt += 1,
                Err(PublicationError::Foreign { .. }) if attempt < ATTEMPTS => {
                    attempt += 1;
                    self.recreate("it holds events in other places").await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Sends what follows, with many on the way at once, and waits until all of it is taken.
    async fn publish_after(&mut self, mut end: End, reach: Reach) -> Result<End, PublicationError> {
        let mut on_the_way: VecDeque<(Position, PublishAckFuture)> = VecDeque::new();
        loop {
            let batch = self.next_batch(end.position, reach).await?;
            if batch.is_empty() {
                break;
            }
            let begun = end.position;
            for event in batch.iter().skip_while(|event| event.position <= begun) {
                if on_the_way.len() >= self.window
                    && let Some((position, ack)) = on_the_way.pop_front()
                {
                    self.stream.settle(position, ack).await?;
                }
                on_the_way.push_back((event.position, self.stream.send(event, end.id).await?));
                end = End { position: event.position, id: Some(event.id) };
            }
        }
        while let Some((position, ack)) = on_the_way.pop_front() {
            self.stream.settle(position, ack).await?;
        }
        Ok(end)
    }

    async fn next_batch(&mut self, sent: Position, reach: Reach) -> Result<Batch, LogError> {
        if let Some(batch) = self.batches.after(sent) {
            return Ok(batch);
        }
        if reach == Reach::Memory && !self.batches.has_more() {
            return Ok(Arc::new([]));
        }
        self.log.read(sent, CHUNK).await?.into_iter().map(Outgoing::of).collect()
    }

    /// Finds out how far the stream is; makes it when it is missing or not the log's.
    async fn synchronise(&mut self) -> Result<Position, PublicationError> {
        let Some(seen) = self.stream.look().await? else {
            return self.create().await;
        };
        if let Some(reason) = self.mismatch(&seen).await? {
            return self.recreate(reason).await;
        }
        self.stream.adjust(&seen).await;
        Ok(seen.last)
    }

    /// Why the stream is not this log's; none when it is, as far as can be seen.
    async fn mismatch(&self, seen: &Seen) -> Result<Option<&'static str>, PublicationError> {
        if seen.last == 0 {
            return Ok(None);
        }
        // The log can't be behind a stream that was filled from it. It is asked after the stream.
        let head = self.log.head().await?;
        if seen.last > head.position {
            return Ok(Some("it is ahead of the log"));
        }
        if !seen.has_messages {
            return Ok(None);
        }
        let Some(id) = self.stream.last_id(seen).await? else { return Ok(None) };
        let ours = self.event_at(seen.last).await?;
        Ok((ours.id.to_string() != id).then_some("it ends in another event"))
    }

    async fn recreate(&self, reason: &'static str) -> Result<Position, PublicationError> {
        tracing::warn!(stream = self.log.names().stream_name(), reason, "the event stream is made anew");
        metrics::counter!("har_event_stream_recreations_total").increment(1);
        self.stream.delete().await?;
        self.create().await
    }

    async fn create(&self) -> Result<Position, PublicationError> {
        let first = if self.stream.can_begin_anywhere() { self.first_to_carry().await? } else { 1 };
        self.stream.create(first).await?;
        // What it is now is asked, not assumed: another publisher may have made it and begun.
        match self.stream.look().await? {
            Some(seen) => Ok(seen.last),
            None => Err(PublicationError::Unavailable("the new stream is gone".into())),
        }
    }

    /// The first position that is young enough to be carried; the one after the head when none is. Times only grow
    /// roughly with positions; it does not matter where exactly the cut falls.
    async fn first_to_carry(&self) -> Result<Position, PublicationError> {
        let retention = chrono::Duration::from_std(self.stream.retention()).unwrap_or(chrono::Duration::MAX);
        let Some(oldest) = Utc::now().checked_sub_signed(retention) else { return Ok(1) };
        let (mut low, mut high) = (1, self.log.head().await?.position + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.event_at(middle).await?.time.utc() < oldest {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    async fn event_at(&self, position: Position) -> Result<StoredEvent, LogError> {
        let read = self.log.read(position.saturating_sub(1), 1).await?;
        read.into_iter()
            .find(|event| event.position == position)
            .ok_or_else(|| LogError::Corrupt(format!("position {position} is missing")))
    }
}

/// Metrics are floating point; positions stay exact up to 2^53.
#[allow(clippy::cast_precision_loss)]
fn to_gauge(position: Position) -> f64 {
    position as f64
}
