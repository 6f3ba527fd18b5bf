//! When a projection is rebuilt, by whom, and what becomes of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, Held, Leases, LogError};
use events::RebuildOutcome;
use read_models::{ProjectionState, Rebuild, RebuildState, rebuild_lease_name};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::memory::window_bytes;
use super::rebuilding::Rebuilding;
use super::record::Records;
use super::shadow::Shadow;
use super::{RebuildError, swap};
use crate::Projection;
use crate::control::Control;
use crate::store::now;

/// How often it is asked whether there is something to do, for when nobody says so.
const POLL: Duration = Duration::from_millis(500);
/// How often what nobody has asked for is looked at: what a process that died has left, a version that was raised.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long a lease is waited for.
const LEASE_WAIT: Duration = Duration::from_secs(4);

/// How projections are rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebuildOptions {
    /// About how many bytes of documents are folded in memory before they are written: what is written again by a later
    /// window costs as much again. An eighth of the memory that there is, by default.
    pub window_bytes: usize,
    /// Events that are read at a time.
    pub batch_events: u32,
}

impl Default for RebuildOptions {
    fn default() -> Self {
        Self { window_bytes: window_bytes(), batch_events: 2_000 }
    }
}

/// What there is to do.
enum Task {
    /// This rebuild, as its record has it, or from nothing.
    Build(Uuid, Option<Rebuild>),
    /// What a cancelled one has left.
    Clear(Rebuild),
    /// What one that ended has left: the workers are still shut out.
    Open,
    /// To be asked for: the code is of a newer version than the documents.
    Request,
}

struct Runner {
    projection: Arc<dyn Projection>,
    log: EventLog,
    records: Records,
    control: Control,
    options: RebuildOptions,
    looked: Option<Instant>,
}

/// Rebuilds a projection whenever it is asked for, and when its code is of a newer version than its documents, until
/// `cancel`. Only so many are rebuilt at a time as there are permits. Whoever sees in the log that something was asked
/// says so by `asked`.
pub(crate) async fn run(
    projection: Arc<dyn Projection>,
    log: EventLog,
    permits: Arc<Semaphore>,
    options: RebuildOptions,
    asked: Arc<Notify>,
    cancel: CancellationToken,
) {
    let mut runner = Runner {
        control: Control::new(&log, projection.name()),
        records: Records::new(log.database()),
        projection,
        log,
        options,
        looked: None,
    };
    while !cancel.is_cancelled() {
        let step = async {
            match runner.task().await {
                Ok(None) => {}
                Ok(Some(_)) => {
                    if let Ok(_permit) = permits.acquire().await {
                        runner.under_lease(&cancel).await;
                    }
                }
                Err(error) => tracing::debug!(projection = runner.projection.name(), %error, "can't be looked at"),
            }
            tokio::select! { () = asked.notified() => {}, () = tokio::time::sleep(POLL) => {} }
        };
        tokio::select! { () = cancel.cancelled() => {}, () = step => {} }
    }
}

impl Runner {
    /// What there is to do, if anything.
    async fn task(&mut self) -> Result<Option<Task>, RebuildError> {
        self.control.refresh().await?;
        let running = self.control.running();
        if running.is_none() && self.looked.is_some_and(|at| at.elapsed() < LOOK_EVERY) {
            return Ok(None);
        }
        self.looked = Some(Instant::now());
        let record = self.records.find(self.projection.name()).await?;
        let swapping = record.as_ref().filter(|record| record.state == RebuildState::Swapping);
        if let Some(swapping) = swapping {
            // Past the point of no return, cancelled or not.
            let id = Uuid::parse_str(&swapping.rebuild_id).unwrap_or_default();
            return Ok(Some(Task::Build(id, record)));
        }
        if let Some(id) = running {
            let own = record.filter(|record| record.rebuild_id == id.to_string());
            return Ok(Some(Task::Build(id, own)));
        }
        if let Some(record) = record.as_ref().filter(|record| !record.state.is_over()) {
            return Ok(Some(Task::Clear(record.clone())));
        }
        let checkpoint = swap::checkpoint(&self.log, &*self.projection).await?;
        if checkpoint.state == ProjectionState::Swapping {
            return Ok(Some(Task::Open));
        }
        // One of this version that came to nothing would come to nothing again.
        let in_vain = |record: &Rebuild| {
            record.version == self.projection.version() && record.state.is_over() && record.state != RebuildState::Done
        };
        let is_raised = checkpoint.version < self.projection.version() && !record.as_ref().is_some_and(in_vain);
        Ok(is_raised.then_some(Task::Request))
    }

    /// Does what there is to do, as soon as nobody else can.
    async fn under_lease(&mut self, cancel: &CancellationToken) {
        let (held, mut holds) = watch::channel(None);
        let keeping = CancellationToken::new();
        let keeper = {
            let (leases, keeping) = (Leases::new(self.log.database()), keeping.clone());
            let name = rebuild_lease_name(self.projection.name());
            tokio::spawn(async move { leases.keep(&name, &Uuid::new_v4().to_string(), &held, &keeping).await })
        };
        // When the process ends, the lease is given back, and what is on its way left as it is.
        let _guard = keeping.clone().drop_guard();
        let got = tokio::time::timeout(LEASE_WAIT, holds.wait_for(Option::is_some)).await;
        let lease = got.ok().and_then(Result::ok).and_then(|held| *held);
        if let Some(lease) = lease {
            let outcome = tokio::select! {
                () = cancel.cancelled() => Ok(()),
                outcome = self.work(lease) => outcome,
                _ = holds.wait_for(|now| *now != Some(lease)) => Err(RebuildError::Stale),
            };
            if let Err(error) = outcome {
                tracing::warn!(projection = self.projection.name(), %error, "a rebuild does not go on now");
            }
        }
        keeping.cancel();
        if let Err(error) = keeper.await {
            tracing::error!(projection = self.projection.name(), %error, "the lease's task has failed");
        }
    }

    async fn work(&mut self, lease: Held) -> Result<(), RebuildError> {
        self.looked = None;
        match self.task().await? {
            None => Ok(()),
            Some(Task::Open) => Ok(swap::unfence(&self.log, &*self.projection).await?),
            Some(Task::Request) => Ok(self.control.request().await?),
            Some(Task::Clear(record)) => {
                let mut rebuilding = self.rebuilding(Rebuild { epoch: lease.epoch, ..record });
                rebuilding.begin().await?;
                rebuilding.give_up(RebuildState::Cancelled, None).await
            }
            Some(Task::Build(id, record)) => self.build(lease, id, record).await,
        }
    }

    async fn build(&mut self, lease: Held, id: Uuid, record: Option<Rebuild>) -> Result<(), RebuildError> {
        if let Some(record) = record.as_ref().filter(|record| record.state.is_over()) {
            // It was over, and nobody could say so any more.
            let done = record.state == RebuildState::Done;
            let outcome = if done { RebuildOutcome::Done } else { RebuildOutcome::Failed };
            return Ok(self.control.ended(id, outcome).await?);
        }
        let name = self.projection.name();
        let version = self.projection.version();
        // What other code has begun is begun anew.
        let record = record.filter(|record| record.version == version || record.state == RebuildState::Swapping);
        let new = || Rebuild {
            projection: name.to_owned(),
            rebuild_id: id.to_string(),
            version,
            epoch: lease.epoch,
            state: RebuildState::Running,
            position: 0,
            written: 0,
            target: 0,
            staged: None,
            events_per_second: 0.0,
            started_at: now(),
            finished_at: None,
            error: None,
            verification: None,
        };
        let rebuild = record.map_or_else(new, |record| Rebuild { epoch: lease.epoch, ..record });
        tracing::info!(projection = name, epoch = lease.epoch, written = rebuild.written, "rebuilding");
        let mut rebuilding = self.rebuilding(rebuild);
        rebuilding.begin().await?;
        let outcome = match rebuilding.finish().await {
            Ok(()) => RebuildOutcome::Done,
            Err(RebuildError::Cancelled) => {
                tracing::info!(projection = name, "the rebuild was cancelled");
                return rebuilding.give_up(RebuildState::Cancelled, None).await;
            }
            Err(RebuildError::Failed(reason) | RebuildError::Log(LogError::Corrupt(reason))) => {
                tracing::error!(projection = name, reason, "the rebuild has failed");
                rebuilding.give_up(RebuildState::Failed, Some(reason)).await?;
                RebuildOutcome::Failed
            }
            Err(error @ (RebuildError::Stale | RebuildError::Log(LogError::Unavailable(_)))) => return Err(error),
        };
        tracing::info!(projection = name, position = rebuilding.rebuild.written, ?outcome, "rebuilt");
        Ok(self.control.ended(id, outcome).await?)
    }

    fn rebuilding(&mut self, rebuild: Rebuild) -> Rebuilding<'_> {
        Rebuilding {
            shadow: Shadow::new(&self.log, &self.projection, rebuild.epoch),
            projection: self.projection.clone(),
            log: self.log.clone(),
            records: self.records.clone(),
            rebuild,
            parked: Arc::new(HashMap::new()),
            control: &mut self.control,
            options: self.options,
        }
    }
}
