//! One rebuild, from where it is to its end.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use event_log::EventLog;
use events::Position;
use read_models::{Rebuild, RebuildState};
use tokio::time::Instant;

use super::comparing::Live;
use super::record::Records;
use super::shadow::{Shadow, Unwritten};
use super::window::{Folded, Window};
use super::{RebuildError, RebuildOptions, swap};
use crate::control::Control;
use crate::folding::Parked;
use crate::store::now;
use crate::{DocKey, Projection};

/// How often it is written down how far it is, and asked whether it is cancelled.
const TELL_EVERY: Duration = Duration::from_millis(500);
/// So close to the end no further round is made before the swap.
const CLOSE: u64 = 1_000;
/// Rounds of catching up with a log that grows, at most.
const ROUNDS: usize = 20;

/// A rebuild, in the hands of whoever has its lease.
pub(super) struct Rebuilding<'a> {
    pub(super) projection: Arc<dyn Projection>,
    pub(super) log: EventLog,
    pub(super) shadow: Shadow,
    pub(super) records: Records,
    pub(super) rebuild: Rebuild,
    pub(super) parked: Arc<HashMap<DocKey, Parked>>,
    pub(super) control: &'a mut Control,
    pub(super) options: RebuildOptions,
}

/// Tells how far a rebuild is, and hears whether it is cancelled.
pub(super) struct Progress<'a> {
    rebuild: &'a mut Rebuild,
    control: &'a mut Control,
    records: &'a Records,
    started: (Instant, Position),
    told: Instant,
}

impl Progress<'_> {
    /// It has come so far.
    pub(super) async fn at(&mut self, position: Position) -> Result<(), RebuildError> {
        self.rebuild.position = position;
        if self.told.elapsed() < TELL_EVERY {
            return Ok(());
        }
        self.told = Instant::now();
        let (since, from) = self.started;
        #[allow(clippy::cast_precision_loss)]
        let events = position.saturating_sub(from) as f64;
        self.rebuild.events_per_second = (events / since.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        self.control.refresh().await?;
        if self.control.running().map(|id| id.to_string()).as_ref() != Some(&self.rebuild.rebuild_id) {
            return Err(RebuildError::Cancelled);
        }
        self.records.save(self.rebuild).await
    }
}

impl Rebuilding<'_> {
    /// Takes up what there is.
    pub(super) async fn begin(&mut self) -> Result<(), RebuildError> {
        self.records.take_over(&self.rebuild).await?;
        if self.rebuild.written == 0 && self.rebuild.state != RebuildState::Swapping {
            return self.shadow.begin().await;
        }
        self.shadow.take_over().await?;
        self.parked = Arc::new(self.shadow.parked(self.rebuild.staged.unwrap_or(self.rebuild.written)).await?);
        match self.rebuild.staged {
            Some(_) => self.merge().await,
            None => self.shadow.unstage().await,
        }
    }

    /// Goes on to the end.
    pub(super) async fn finish(&mut self) -> Result<(), RebuildError> {
        let projection = self.projection.clone();
        if self.rebuild.state != RebuildState::Swapping {
            self.build().await?;
            if self.serving().await?.is_some() {
                self.index_and_verify().await?;
                self.build().await?;
            } else {
                self.shadow.index().await?;
            }
            let fenced = swap::fence(&self.log, &*projection).await?;
            let head = self.log.head().await?.position;
            let goal = if self.serving().await?.is_some() { fenced } else { head.max(fenced) };
            self.build_to(goal).await?;
            self.tell(RebuildState::Swapping).await?;
        }
        swap::place(&self.log, &*projection, &self.shadow).await?;
        let done = Rebuild {
            state: RebuildState::Done,
            position: self.rebuild.written,
            target: self.rebuild.written,
            finished_at: Some(now()),
            ..self.rebuild.clone()
        };
        swap::finish(&self.log, &*projection, &self.shadow, &done).await?;
        self.rebuild = done;
        Ok(())
    }

    /// Throws away what there is, and says why.
    pub(super) async fn give_up(&mut self, state: RebuildState, error: Option<String>) -> Result<(), RebuildError> {
        swap::unfence(&self.log, &*self.projection).await?;
        self.shadow.discard().await?;
        (self.rebuild.error, self.rebuild.finished_at) = (error, Some(now()));
        self.tell(state).await
    }

    /// How far the documents are that serve, when they are of this code's version: then they are not to be overtaken, and
    /// can be compared with. None when they are not, or when there are none yet.
    async fn serving(&self) -> Result<Option<Position>, RebuildError> {
        let checkpoint = swap::checkpoint(&self.log, &*self.projection).await?;
        let is_of_its_version = checkpoint.version == self.projection.version() && checkpoint.position > 0;
        Ok(is_of_its_version.then_some(checkpoint.position))
    }

    /// Builds until it is close to where the others are, or the log ends.
    async fn build(&mut self) -> Result<(), RebuildError> {
        for _ in 0..ROUNDS {
            let goal = match self.serving().await? {
                Some(position) => position,
                None => self.log.head().await?.position,
            };
            if goal.saturating_sub(self.rebuild.written) <= CLOSE && self.rebuild.written > 0 {
                return Ok(());
            }
            self.rebuild.target = goal;
            self.tell(RebuildState::Running).await?;
            self.build_to(goal).await?;
            if goal == 0 {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Makes the indexes, and meanwhile compares with the documents that serve. What differs is reported and does not
    /// block: the log is the truth.
    async fn index_and_verify(&mut self) -> Result<(), RebuildError> {
        let live = Live::begin(&self.log, &*self.projection).await?;
        if live.position < self.rebuild.written {
            return self.shadow.index().await;
        }
        self.build_to(live.position).await?;
        self.tell(RebuildState::Verifying).await?;
        let (indexed, compared) = tokio::join!(self.shadow.index(), live.compare(&*self.projection, &self.shadow));
        indexed?;
        match compared {
            Ok(verification) => {
                if verification.differing > 0 {
                    tracing::warn!(
                        projection = self.projection.name(),
                        differing = verification.differing,
                        examples = ?verification.examples,
                        "documents that serve are not what the log says; they are replaced"
                    );
                }
                self.rebuild.verification = Some(verification);
            }
            // Too many documents for the time that MongoDB keeps an instant.
            Err(error) => tracing::warn!(projection = self.projection.name(), %error, "not compared"),
        }
        Ok(())
    }

    async fn tell(&mut self, state: RebuildState) -> Result<(), RebuildError> {
        self.rebuild.state = state;
        self.rebuild.position = self.rebuild.written;
        self.records.save(&self.rebuild).await
    }

    /// Folds window after window up to a position.
    async fn build_to(&mut self, to: Position) -> Result<(), RebuildError> {
        let started = (Instant::now(), self.rebuild.written);
        while self.rebuild.written < to {
            let mut refused = HashMap::new();
            let mut end = to;
            loop {
                let folded = self.fold(end, &refused, started).await?;
                end = folded.to;
                match self.write(folded).await {
                    Ok(()) => break,
                    Err(Unwritten::Refused(more)) => {
                        if self.rebuild.written == 0 {
                            self.shadow.begin().await?;
                        }
                        refused.extend(more);
                    }
                    Err(Unwritten::Error(error)) => return Err(error),
                }
            }
        }
        Ok(())
    }

    async fn fold(
        &mut self,
        to: Position,
        refused: &HashMap<DocKey, String>,
        started: (Instant, Position),
    ) -> Result<Folded, RebuildError> {
        let Self { projection, log, shadow, records, rebuild, control, parked, options } = self;
        let after = rebuild.written;
        let window = Window::new(projection, parked, refused, after == 0, *options);
        let mut progress = Progress { rebuild, control, records, started, told: Instant::now() };
        window.fold(log, &shadow.store, (after, to), &mut progress).await
    }

    async fn write(&mut self, folded: Folded) -> Result<(), Unwritten> {
        let Folded { folding, to } = folded;
        if self.rebuild.written == 0 {
            self.shadow.insert(&folding.cache.outcome()).await?;
            self.shadow.park(folding.parking.changed()).await?;
            self.parked = folding.parking.after();
            // To let go of all of a window takes its time.
            tokio::task::spawn_blocking(move || drop(folding));
            self.shadow.mark_stale(self.parked.keys()).await?;
            self.rebuild.written = to;
            return Ok(self.tell(self.rebuild.state).await?);
        }
        self.shadow.stage(&folding.cache.outcome()).await?;
        self.shadow.park(folding.parking.changed()).await?;
        self.parked = folding.parking.after();
        self.rebuild.staged = Some(to);
        self.records.save(&self.rebuild).await?;
        Ok(self.merge().await?)
    }

    /// Merges the window that waits.
    async fn merge(&mut self) -> Result<(), RebuildError> {
        self.shadow.merge().await?;
        self.shadow.mark_stale(self.parked.keys()).await?;
        if let Some(to) = self.rebuild.staged.take() {
            self.rebuild.written = to;
        }
        self.tell(self.rebuild.state).await?;
        self.shadow.unstage().await
    }
}
