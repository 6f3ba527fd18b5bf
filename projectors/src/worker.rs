//! One projection's worker: one batch after the other, from the checkpoint on.
//!
//! Two batches are under way at a time. One is being written, in one transaction with the checkpoint, until the majority
//! has it ([`Writing`]). Meanwhile the events after it are read, opened and folded on top of it ([`Draft`]), as many as
//! come until it is written and as a batch holds; then they are written in turn. What comes while nothing is being
//! written is written at once.
//!
//! - Transactions never overlap, each is fenced by where the one before has left the checkpoint, and none begins before
//!   the majority has that. So the documents of the batch being written are the only ones for which the database can't
//!   be asked; of all others it has the newest.
//! - A batch that MongoDB refuses because of a document has written nothing. It is folded again without that document,
//!   and what was folded on top of it after it.
//! - After any other error the worker ends, and with it all that it had in memory.
//! - A position is the worker's, and announced, when the majority has everything up to it, and not before.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, LogError, Opened, Subscription};
use events::{Position, StoredEvent, StreamType};
use tokio::time::Instant;

use crate::announcer::Announcer;
use crate::carried::Carried;
use crate::draft::{Below, Draft};
use crate::folding::Parked;
use crate::store::{Changes, CommitError, Fence, Store};
use crate::writing::Writing;
use crate::{DocKey, Projection};

/// The most events that are folded into one transaction.
pub const BATCH_EVENTS: usize = 1_000;
/// About the most bytes of events that are.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// How often the checkpoint follows a position that moved over ignored events only.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// How often a position is announced that did not move.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(500);

/// Why a worker must stop. It begins anew from the checkpoint, if it still has the lease.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// Another worker has taken over.
    #[error("another worker has taken over")]
    Stale,
    /// The collections are being swapped for rebuilt ones, which takes an instant.
    #[error("the collections are being swapped")]
    Swapping,
    /// The documents were written by another version of the projection's code: it must be rebuilt.
    #[error("the documents are of version {found}, the code is of version {expected}: rebuild the projection")]
    OtherVersion {
        /// The version in the checkpoint.
        found: u32,
        /// The version of the code.
        expected: u32,
    },
    /// Another transaction is in the way, again and again.
    #[error("another transaction was in the way again and again")]
    Contended,
    /// Somebody else has written the documents. When it goes on the projection must be rebuilt.
    #[error("the documents are not as this worker left them; if this goes on, rebuild the projection")]
    Altered,
    /// The log or the database is away.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// What one step brought to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Events that were new.
    pub events: usize,
    /// Documents written or deleted.
    pub documents: usize,
    /// Documents parked by it.
    pub parked: usize,
}

impl std::ops::AddAssign for Step {
    fn add_assign(&mut self, more: Self) {
        self.events += more.events;
        self.documents += more.documents;
        self.parked += more.parked;
    }
}

/// A projection's worker. Several may exist at a time, but only that of the latest epoch can write.
///
/// An error, or a step that is broken off, ends it: a new one is made, which begins at the checkpoint.
pub struct Worker {
    pub(crate) projection: Arc<dyn Projection>,
    pub(crate) log: EventLog,
    pub(crate) store: Store,
    /// What is parked at the position.
    pub(crate) parked: Arc<HashMap<DocKey, Parked>>,
    pub(crate) epoch: i64,
    /// Which of the swapped collections it folds on.
    pub(crate) generation: u64,
    /// Everything up to here is in the documents, or was ignored.
    position: Position,
    /// Where the checkpoint is.
    pub(crate) saved: Position,
    saved_at: Instant,
    /// What was announced last, and when.
    announced: Option<(Position, Instant)>,
    nats: async_nats::Client,
    announcer: Arc<Announcer>,
    subscription: Subscription,
    batch_events: usize,
    /// Whether something was asked of the projection since this was set back.
    pub(crate) asked: bool,
    carried: Carried,
    writing: Option<Writing>,
    /// What comes after the batch that is being written; empty when there is none.
    draft: Draft,
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
        let Some(checkpoint) = store.take_over(epoch).await? else {
            let swapping = store.is_swapping().await?;
            return Err(if swapping { WorkerError::Swapping } else { WorkerError::Stale });
        };
        if checkpoint.version != projection.version() {
            return Err(WorkerError::OtherVersion { found: checkpoint.version, expected: projection.version() });
        }
        let subject = log.names().positions_subject(projection.name());
        let parked = Arc::new(store.parked().await?);
        Ok(Self {
            announcer: Arc::new(Announcer::new(nats, subject, projection.name(), epoch)),
            subscription: Subscription::new(log, nats, checkpoint.position),
            nats: nats.clone(),
            log: log.clone(),
            store,
            epoch,
            generation: checkpoint.generation,
            position: checkpoint.position,
            saved: checkpoint.position,
            saved_at: Instant::now(),
            announced: None,
            batch_events,
            asked: false,
            carried: Carried::nothing(),
            writing: None,
            draft: Draft::new(projection.clone(), parked.clone(), checkpoint.position),
            projection,
            parked,
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

    /// One step: what comes first of the end of the batch that is being written, and of new events to be folded, for
    /// which it waits at most `wait`.
    ///
    /// # Errors
    /// [`WorkerError`], after which the worker must be made anew.
    pub async fn run_once(&mut self, wait: Duration) -> Result<Step, WorkerError> {
        let wait = wait.min(ANNOUNCE_EVERY);
        let room = self.batch_events.saturating_sub(self.draft.count);
        let bytes = BATCH_BYTES.saturating_sub(self.draft.bytes);
        // A full draft waits for the batch before it: one of the two branches is always there.
        let step = tokio::select! {
            biased;
            outcome = Writing::end_of(&mut self.writing) => self.written(outcome).await?,
            events = self.subscription.next_batch(room, bytes, wait), if room > 0 && bytes > 0 => {
                self.take(events?).await?
            }
        };
        if self.writing.is_none() {
            if self.saved < self.position && self.saved_at.elapsed() >= SAVE_EVERY {
                self.save().await?;
            }
            let is_due =
                |(position, at): (Position, Instant)| position != self.position || at.elapsed() >= ANNOUNCE_EVERY;
            if self.announced.is_none_or(is_due) {
                self.announcer.announce(self.position).await;
                self.announced = Some((self.position, Instant::now()));
            }
        }
        Ok(step)
    }

    /// Folds and writes events, whatever comes, to the end: what is known already is skipped, and what leaves a hole is
    /// not taken but read again from the log, with the next step.
    ///
    /// # Errors
    /// [`WorkerError`], after which the worker must be made anew.
    pub async fn apply(&mut self, events: Vec<StoredEvent>) -> Result<Step, WorkerError> {
        let mut step = self.take(events).await?;
        step += self.settle().await?;
        Ok(step)
    }

    /// Folds events, and begins to write them when nothing is being written.
    async fn take(&mut self, mut events: Vec<StoredEvent>) -> Result<Step, WorkerError> {
        let mut next = self.draft.to + 1;
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
        self.draft.count(&events);
        let control = |event: &StoredEvent| event.stream_type == StreamType::ProjectionControl;
        self.asked |= events.iter().any(|event| control(event) && event.stream_id == self.projection.name());
        events.retain(|event| self.projection.handles(event.stream_type));
        let opened = self.log.open_to_fold(events).await?;
        self.fold(opened).await?;
        Ok(self.start())
    }

    async fn fold(&mut self, events: Vec<Opened>) -> Result<(), LogError> {
        let below = Below { writing: self.writing.as_ref(), carried: &self.carried, store: &self.store };
        self.draft.fold(events, &below).await
    }

    /// Begins to write the draft, when there is one and nothing is being written. Where nothing is to be written the
    /// position moves at once.
    fn start(&mut self) -> Step {
        if self.writing.is_some() || self.draft.count == 0 {
            return Step::default();
        }
        let (changes, parked, to) = (self.draft.changes(), self.draft.folding.parking.after(), self.draft.to);
        let next = Draft::new(self.projection.clone(), parked.clone(), to);
        let draft = std::mem::replace(&mut self.draft, next);
        if changes.is_empty() {
            let step = Step { events: draft.count, ..Step::default() };
            self.position = to;
            self.carried.keep(draft.folding.cache.into_slots());
            self.measure(step, draft.started);
            return step;
        }
        let fence = self.fence();
        let pace = if draft.count > 1 { self.projection.pace() } else { Duration::ZERO };
        self.writing = Some(Writing::start(draft, changes, parked, &self.store, fence, &self.announcer, pace));
        Step::default()
    }

    /// Takes in how the batch that was being written ended, and goes on with the draft.
    async fn written(&mut self, outcome: Result<(), CommitError>) -> Result<Step, WorkerError> {
        let Some(writing) = self.writing.take() else { return Ok(Step::default()) };
        let mut step = match outcome {
            Ok(()) => self.moved(writing),
            Err(CommitError::Refused { key, reason }) if !writing.refused.contains_key(&key) => {
                self.fold_without(writing, key, reason).await?
            }
            Err(error) => return Err(error.into()),
        };
        step += self.start();
        Ok(step)
    }

    /// The majority has a batch.
    fn moved(&mut self, writing: Writing) -> Step {
        let now = Instant::now();
        let to = writing.to;
        (self.position, self.saved, self.saved_at, self.announced) = (to, to, now, Some((to, now)));
        let slots = writing.cache.into_slots();
        self.carried.keep(slots.filter(|(key, _)| !self.projection.writes_once(key.collection())));
        self.parked = writing.parked;
        for key in &writing.newly_parked {
            let error = self.parked.get(key).map_or("", |parked| parked.error.as_str());
            tracing::error!(projection = self.projection.name(), document = %key, error, "parked");
        }
        let parked = writing.newly_parked.len();
        let step = Step { events: writing.count, documents: writing.documents, parked };
        self.measure(step, writing.started);
        step
    }

    /// Folds a batch again, without a document that MongoDB refused, and begins to write it; then what had been folded
    /// on top of it.
    async fn fold_without(&mut self, writing: Writing, key: DocKey, reason: String) -> Result<Step, WorkerError> {
        let mut again = Draft::new(self.projection.clone(), self.parked.clone(), writing.to);
        (again.count, again.bytes, again.started) = (writing.count, writing.bytes, writing.started);
        again.folding.refused = writing.refused;
        again.folding.refused.insert(key, reason);
        let on_top = std::mem::replace(&mut self.draft, again);
        self.fold(writing.events).await?;
        let step = self.start();
        (self.draft.count, self.draft.bytes, self.draft.to) = (on_top.count, on_top.bytes, on_top.to);
        self.draft.started = on_top.started;
        self.fold(on_top.events).await?;
        Ok(step)
    }

    /// Waits until everything is written that was taken.
    async fn settle(&mut self) -> Result<Step, WorkerError> {
        let mut step = Step::default();
        while self.writing.is_some() {
            let outcome = Writing::end_of(&mut self.writing).await;
            step += self.written(outcome).await?;
        }
        Ok(step)
    }

    /// Writes what was taken and brings the checkpoint to where the worker then is.
    pub(crate) async fn save(&mut self) -> Result<(), WorkerError> {
        self.settle().await?;
        if self.saved < self.position {
            self.store.commit(self.fence(), self.position, &Changes::default()).await?;
            self.saved = self.position;
        }
        self.saved_at = Instant::now();
        Ok(())
    }

    /// Goes on with documents that a retry has written, and with what is parked then. Everything must be saved.
    pub(crate) fn begin_anew(&mut self, parked: HashMap<DocKey, Parked>) {
        self.parked = Arc::new(parked);
        self.carried = Carried::nothing();
        self.draft = Draft::new(self.projection.clone(), self.parked.clone(), self.position);
    }

    /// Where the checkpoint must be for its next write to hold.
    pub(crate) const fn fence(&self) -> Fence {
        Fence { epoch: self.epoch, generation: self.generation, position: self.saved }
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
            CommitError::Altered => Self::Altered,
            CommitError::Refused { .. } => Self::Log(LogError::Unavailable(error.to_string())),
            CommitError::Log(error) => Self::Log(error),
        }
    }
}
