//! Subscriptions: the events after a position, as they happen, without a gap or a repeat, whatever NATS does.
//!
//! NATS is the fast way, the log is the truth. A message counts only when its event is the next one by position, and
//! continues the hash chain from the event before; everything else is read from the log: holes, stubs, messages of
//! another history, and all of it while NATS is away.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use events::{Position, StoredEvent};
use tokio::time::Instant;

use crate::publication::feed::{Fed, Listener};
use crate::publication::is_connected;
use crate::{EventLog, GENESIS_HASH, LogError};

/// How often the log is looked at while NATS is away; also how soon it is noticed that it is away.
const LOOK_WITHOUT_NATS: Duration = Duration::from_millis(25);
/// How often the log is looked at while NATS is there and silent.
const LOOK_WITH_NATS: Duration = Duration::from_millis(500);
/// Further behind than this, a subscription reads the log by itself before it asks NATS.
const BACKLOG: u64 = 2_000;

/// The events of a log after a position.
pub struct Subscription {
    log: EventLog,
    client: Client,
    /// The last position that was handed out.
    after: Position,
    /// Its hash; none until it was asked for.
    hash: Option<String>,
    feed: Option<Listener>,
    /// A message that was received and is not the next, or not yet.
    waiting: Option<Arc<Fed>>,
    /// Since when there is no need to look at the log; none when it is to be looked at now.
    settled: Option<Instant>,
}

/// What the messages that are here give.
enum Taken {
    /// The next events; none when nothing is here.
    Events(Vec<StoredEvent>),
    /// So many positions must be read from the log first.
    Hole(u64),
}

impl Subscription {
    /// The events after `after`; 0 for all. Nothing happens until the first are asked for.
    #[must_use]
    pub fn new(log: &EventLog, client: &Client, after: Position) -> Self {
        Self {
            log: log.clone(),
            client: client.clone(),
            after,
            hash: (after == 0).then(|| GENESIS_HASH.to_owned()),
            feed: None,
            waiting: None,
            settled: None,
        }
    }

    /// The last position that was handed out.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.after
    }

    /// The next events, contiguous from the position after the last ones: all that is here, at once, up to `max` events
    /// and about `max_bytes` of JSON (a reading from the log keeps to the log's own 8 MiB instead); when nothing is
    /// here, what comes first within `wait`; empty when nothing came.
    ///
    /// A wait that is broken off loses nothing.
    ///
    /// # Errors
    /// [`LogError`] when the log had to be read and can't be; ask again, after a pause. [`LogError::Corrupt`] when the
    /// log does not go on from where this subscription is: it was restored, or cut.
    pub async fn next_batch(
        &mut self,
        max: usize,
        max_bytes: usize,
        wait: Duration,
    ) -> Result<Vec<StoredEvent>, LogError> {
        let deadline = Instant::now() + wait;
        self.anchor().await?;
        let backlog = self.backlog(max).await?;
        if !backlog.is_empty() {
            return Ok(backlog);
        }
        loop {
            match self.take(max, max_bytes) {
                Taken::Events(events) if !events.is_empty() => return Ok(events),
                Taken::Events(_) => {}
                Taken::Hole(size) => {
                    let events = self.read(max.min(usize::try_from(size).unwrap_or(max))).await?;
                    if !events.is_empty() {
                        return Ok(events);
                    }
                    // Ahead of the log: of another history.
                    self.waiting = None;
                }
            }
            if self.is_look_due() {
                let events = self.look(max).await?;
                if !events.is_empty() {
                    return Ok(events);
                }
            }
            let now = Instant::now();
            if now >= deadline {
                return Ok(Vec::new());
            }
            self.pause(deadline.min(now + LOOK_WITHOUT_NATS)).await;
        }
    }

    /// Finds the hash that the next event must go on from.
    async fn anchor(&mut self) -> Result<(), LogError> {
        if self.hash.is_none() {
            let after = self.position();
            let last = self.log.read(after - 1, 1).await?.pop();
            self.hash = Some(last.ok_or_else(|| LogError::Corrupt(format!("the log ends before {after}")))?.hash);
        }
        Ok(())
    }

    /// The next chunk of the log while this subscription is far behind; when it is not, the feed is started.
    async fn backlog(&mut self, max: usize) -> Result<Vec<StoredEvent>, LogError> {
        if self.feed.is_some() {
            return Ok(Vec::new());
        }
        if self.log.head().await?.position.saturating_sub(self.position()) > BACKLOG {
            return self.read(max).await;
        }
        self.feed = Some(self.log.listen(&self.client, self.after));
        Ok(Vec::new())
    }

    /// Takes what is here, without waiting.
    fn take(&mut self, max: usize, max_bytes: usize) -> Taken {
        let mut events = Vec::new();
        let mut bytes = 0;
        while events.len() < max {
            let here = self.waiting.take().or_else(|| self.feed.as_mut().and_then(Listener::try_next));
            let Some(fed) = here else { break };
            let after = self.position();
            if fed.sequence <= after {
                continue;
            }
            let is_next = fed.sequence == after + 1;
            let fits = events.is_empty() || bytes + fed.bytes <= max_bytes;
            match &fed.event {
                Some(event) if is_next && fits && self.hash.as_ref() == Some(&event.prev_hash) => {
                    bytes += fed.bytes;
                    self.advance(event);
                    events.push(event.clone());
                }
                // For the next time; what came before it is handed out first.
                _ if !events.is_empty() => {
                    self.waiting = Some(fed);
                    break;
                }
                // A stub, or not to be trusted: dropped, for the log has what belongs here.
                _ if is_next => return Taken::Hole(1),
                _ => {
                    let size = fed.sequence - after - 1;
                    self.waiting = Some(fed);
                    return Taken::Hole(size);
                }
            }
        }
        Taken::Events(events)
    }

    fn advance(&mut self, event: &StoredEvent) {
        self.after = event.position;
        if let Some(feed) = &self.feed {
            feed.reached(event.position);
        }
        self.hash = Some(event.hash.clone());
        self.settled = Some(Instant::now());
    }

    /// Reads the next events from the log.
    async fn read(&mut self, limit: usize) -> Result<Vec<StoredEvent>, LogError> {
        let events = self.log.read(self.position(), limit.max(1)).await?;
        if events.first().is_some_and(|first| self.hash.as_ref() != Some(&first.prev_hash)) {
            return Err(LogError::Corrupt(format!("another history goes on after {}", self.position())));
        }
        if let Some(last) = events.last() {
            self.advance(last);
        }
        Ok(events)
    }

    /// Looks whether the log has what NATS did not bring.
    async fn look(&mut self, max: usize) -> Result<Vec<StoredEvent>, LogError> {
        let (was_settled, connected) = (self.settled.is_some(), is_connected(&self.client));
        let events = self.read(max).await?;
        // Where there was something there may be more.
        self.settled = events.is_empty().then(Instant::now);
        let is_deaf = was_settled && connected && !events.is_empty();
        if let Some(feed) = self.feed.as_ref().filter(|_| is_deaf) {
            feed.renew();
        }
        Ok(events)
    }

    fn is_look_due(&self) -> bool {
        let every = if is_connected(&self.client) { LOOK_WITH_NATS } else { LOOK_WITHOUT_NATS };
        self.settled.is_none_or(|since| since.elapsed() >= every)
    }

    async fn pause(&mut self, until: Instant) {
        let fed = async {
            match &mut self.feed {
                Some(feed) => feed.next().await,
                None => None,
            }
        };
        tokio::select! {
            Some(fed) = fed => self.waiting = Some(fed),
            () = tokio::time::sleep_until(until) => {}
        }
    }
}
