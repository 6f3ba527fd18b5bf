//! One projection's worker: one batch after the other, from the checkpoint on.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use event_log::{EventLog, LogError, Opened, Subscription};
use events::{Position, StoredEvent, Timestamp};
use tokio::time::Instant;

use crate::announcer::Announcer;
use crate::folding::{Cache, Folding, Parked, Parking, Uncached, keys_of};
use crate::store::{Changes, CommitError, Fence, Store};
use crate::{DocKey, Projection};

/// The most events that are folded into one transaction.
pub const BATCH_EVENTS: usize = 1_000;
/// About the most bytes of events that are.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// How often the checkpoint follows a position that moved over ignored events only.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// How often a position is announced that did not move.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(500);
/// How often a batch is tried again when another transaction is in its way, before the worker begins anew.
const ATTEMPTS: usize = 10;

/// Why a worker must stop. It begins anew from the checkpoint, if it still has the lease.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// Another worker has taken over.
    #[error("another worker has taken over")]
    Stale,
    /// The documents were written by another version of the projection's code: it must be rebuilt.
    #[error("the documents are of version {found}, the code is of version {expected}: rebuild the projection")]
    OtherVersion {
        /// The version in the checkpoint.
        found: u32,
        /// The version of the code.
        expected: u32,
    },
    /// Another transaction is in the way, again and again.
    #[error("another transaction was in the way {ATTEMPTS} times")]
    Contended,
    /// The log or the database is away.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Events that were new.
    pub events: usize,
    /// Documents written or deleted.
    pub documents: usize,
    /// Documents parked by it.
    pub parked: usize,
}

/// A projection's worker. Several may exist at a time, but only that of the latest epoch can write.
///
/// An error, or a step that is broken off, ends it: a new one is made, which begins at the checkpoint.
pub struct Worker {
    pub(crate) projection: Arc<dyn Projection>,
    pub(crate) log: EventLog,
    pub(crate) store: Store,
    pub(crate) parked: Arc<HashMap<DocKey, Parked>>,
    pub(crate) epoch: i64,
    /// Everything up to here is in the documents, or was ignored.
    position: Position,
    /// Where the checkpoint is.
    pub(crate) saved: Position,
    saved_at: Instant,
    announced_at: Option<Instant>,
    nats: async_nats::Client,
    announcer: Announcer,
    subscription: Subscription,
    batch_events: usize,
}

impl Worker {
    /// Takes the projection over: puts the epoch of its lease into the checkpoint and goes on from there. Batches are of
    /// at most `batch_events`.
    ///
    /// # Errors
    /// [`WorkerError::Stale`] when a later epoch is there already; [`WorkerError::OtherVersion`]; [`WorkerError::Log`].
    pub async fn take_over(
        projection: Arc<dyn Projection>,
        log: &EventLog,
        nats: &async_nats::Client,
        epoch: i64,
        batch_events: usize,
    ) -> Result<Self, WorkerError> {
        let store = Store::new(log.client(), log.database(), &*projection);
        let checkpoint = store.take_over(epoch).await?.ok_or(WorkerError::Stale)?;
        if checkpoint.version != projection.version() {
            return Err(WorkerError::OtherVersion { found: checkpoint.version, expected: projection.version() });
        }
        let subject = log.names().positions_subject(projection.name());
        Ok(Self {
            parked: Arc::new(store.parked().await?),
            announcer: Announcer::new(nats, subject, projection.name(), epoch),
            subscription: Subscription::new(log, nats, checkpoint.position),
            nats: nats.clone(),
            log: log.clone(),
            store,
            projection,
            epoch,
            position: checkpoint.position,
            saved: checkpoint.position,
            saved_at: Instant::now(),
            announced_at: None,
            batch_events,
        })
    }

    /// The position up to which the documents show the log.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The most events of a batch.
    pub(crate) const fn batch_events(&self) -> usize {
        self.batch_events
    }

    /// Sets the most events of a batch.
    pub(crate) const fn set_batch_events(&mut self, most: usize) {
        self.batch_events = most;
    }

    /// How many documents are parked.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    /// One step: takes what events there are, waiting at most `wait` for the first; folds and writes them; announces.
    ///
    /// # Errors
    /// [`WorkerError`], after which the worker must be made anew.
    pub async fn run_once(&mut self, wait: Duration) -> Result<Step, WorkerError> {
        let wait = wait.min(ANNOUNCE_EVERY);
        let events = self.subscription.next_batch(self.batch_events, BATCH_BYTES, wait).await?;
        let before = self.position;
        let step = self.apply(events).await?;
        if self.saved < self.position && self.saved_at.elapsed() >= SAVE_EVERY {
            self.save().await?;
        }
        if before != self.position || self.announced_at.is_none_or(|at| at.elapsed() >= ANNOUNCE_EVERY) {
            self.announcer.announce(self.position).await;
            self.announced_at = Some(Instant::now());
        }
        Ok(step)
    }

    /// Folds and writes events, whatever comes: what is known already is skipped, and what leaves a hole is not taken
    /// but read again from the log, with the next step.
    ///
    /// # Errors
    /// [`WorkerError`], after which the worker must be made anew.
    pub async fn apply(&mut self, mut events: Vec<StoredEvent>) -> Result<Step, WorkerError> {
        let started = Instant::now();
        let mut next = self.position + 1;
        let mut hole = false;
        events.retain(|event| {
            let is_next = event.position == next && !hole;
            next += u64::from(is_next);
            hole = hole || event.position > next;
            is_next
        });
        if hole {
            tracing::warn!(projection = self.projection.name(), next, "a hole in the events; they are read again");
            self.subscription = Subscription::new(&self.log, &self.nats, next - 1);
        }
        let Some(to) = events.last().map(|event| event.position) else { return Ok(Step::default()) };
        let count = events.len();
        events.retain(|event| self.projection.handles(event.stream_type));
        let opened = self.log.open_events(events).await?;
        let concerned: BTreeSet<DocKey> = opened.iter().flat_map(|event| keys_of(&*self.projection, event)).collect();
        let mut step = Step { events: count, ..Step::default() };
        if concerned.is_empty() {
            self.position = to;
        } else {
            let concerned: Vec<DocKey> = concerned.into_iter().collect();
            self.write(&opened, &concerned, to, &mut step).await?;
        }
        self.measure(step, started);
        Ok(step)
    }

    /// Folds a batch and writes it, again while other transactions are in the way, and without the documents that
    /// MongoDB refuses.
    async fn write(
        &mut self,
        events: &[Opened],
        keys: &[DocKey],
        to: Position,
        step: &mut Step,
    ) -> Result<(), WorkerError> {
        let mut refused = HashMap::new();
        let mut attempts = 0;
        loop {
            let now = Timestamp::new(Utc::now());
            let mut folding = Folding {
                projection: &*self.projection,
                cache: Cache::new(Uncached::Load),
                parking: Parking::new(self.parked.clone(), now),
                refused: &refused,
            };
            self.store.load(keys, &mut folding.cache).await?;
            for event in events {
                while let Err(missing) = folding.take(event) {
                    self.store.load(&missing, &mut folding.cache).await?;
                }
            }
            let changes = Changes {
                documents: folding.cache.changes(),
                stale: folding.parking.new_keys().cloned().collect(),
                parked: folding.parking.changed().clone(),
                unparked: Vec::new(),
            };
            if changes.is_empty() {
                self.position = to;
                return Ok(());
            }
            let fence = Fence { epoch: self.epoch, position: self.saved };
            match self.store.commit(fence, to, &changes).await {
                Ok(()) => {
                    step.documents = changes.documents.len();
                    step.parked = changes.stale.len();
                    self.committed(to, changes);
                    return Ok(());
                }
                Err(CommitError::Refused { key, reason }) if !refused.contains_key(&key) => {
                    refused.insert(key, reason);
                }
                Err(CommitError::Transient) if attempts < ATTEMPTS => attempts += 1,
                Err(CommitError::Transient) => return Err(WorkerError::Contended),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn committed(&mut self, to: Position, changes: Changes) {
        (self.position, self.saved, self.saved_at) = (to, to, Instant::now());
        if changes.parked.is_empty() {
            return;
        }
        for key in &changes.stale {
            let error = changes.parked.get(key).map_or("", |parked| parked.error.as_str());
            tracing::error!(projection = self.projection.name(), document = %key, error, "parked");
        }
        let mut parked = HashMap::clone(&self.parked);
        parked.extend(changes.parked);
        self.parked = Arc::new(parked);
    }

    /// Brings the checkpoint to where the worker is.
    pub(crate) async fn save(&mut self) -> Result<(), WorkerError> {
        if self.saved < self.position {
            let fence = Fence { epoch: self.epoch, position: self.saved };
            self.store.commit(fence, self.position, &Changes::default()).await?;
            self.saved = self.position;
        }
        self.saved_at = Instant::now();
        Ok(())
    }

    fn measure(&self, step: Step, started: Instant) {
        let name = self.projection.name();
        #[allow(clippy::cast_precision_loss)]
        {
            metrics::gauge!("projection_position", "projection" => name).set(self.position as f64);
            metrics::gauge!("projection_parked_documents", "projection" => name).set(self.parked.len() as f64);
            metrics::histogram!("projection_batch_size", "projection" => name).record(step.events as f64);
        }
        metrics::histogram!("projection_batch_seconds", "projection" => name).record(started.elapsed().as_secs_f64());
    }
}

impl From<CommitError> for WorkerError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Transient => Self::Contended,
            CommitError::Stale => Self::Stale,
            CommitError::Refused { .. } => Self::Log(LogError::Unavailable(error.to_string())),
            CommitError::Log(error) => Self::Log(error),
        }
    }
}
