//! All workers: leases, restarts, an end.

use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, Held, Leases};
use read_models::lease_name;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::control::Control;
use crate::rebuild::{self, RebuildOptions};
use crate::retry::Retried;
use crate::worker::{BATCH_EVENTS, WorkerError};
use crate::{Projection, Worker};

/// The longest that a step waits for events; also how soon an end is noticed.
const WAIT: Duration = Duration::from_millis(250);
/// Pause after an error, doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long a worker whose code is of another version leaves the projection to others, and to its rebuild.
const OTHER_VERSION_PAUSE: Duration = Duration::from_secs(1);
/// How long it leaves collections alone that are being swapped.
const SWAP_PAUSE: Duration = Duration::from_millis(20);
/// How often it is asked whether a retry is wanted.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// How many projections are rebuilt at a time.
const REBUILDS_AT_A_TIME: usize = 2;
/// How often the lag is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(1);

/// Running workers.
pub struct Projectors {
    tasks: JoinSet<()>,
}

impl Projectors {
    /// Waits until all have ended, which they do once cancelled.
    ///
    /// # Errors
    /// At once, when one of them has panicked: the process had better end and be started anew.
    pub async fn ended(mut self) -> Result<(), JoinError> {
        while let Some(ended) = self.tasks.join_next().await {
            ended?;
        }
        Ok(())
    }
}

/// Runs a worker for each projection until `cancel`: as long as it has the projection's lease, and anew after every
/// error; and rebuilds those for which it is asked. The collections must have been made, see [`crate::collections`], and
/// the log must have an appender, to be told of rebuilds that have ended.
#[must_use]
pub fn start(
    log: &EventLog,
    nats: &async_nats::Client,
    projections: Vec<Arc<dyn Projection>>,
    cancel: &CancellationToken,
) -> Projectors {
    start_with(log, nats, projections, cancel, RebuildOptions::default())
}

/// Rebuilds the projections for which it is asked, until `cancel`, and follows none.
#[must_use]
pub fn start_rebuilders(
    log: &EventLog,
    projections: Vec<Arc<dyn Projection>>,
    cancel: &CancellationToken,
) -> Projectors {
    let mut tasks = JoinSet::new();
    let permits = Arc::new(Semaphore::new(REBUILDS_AT_A_TIME));
    let options = RebuildOptions::default();
    for projection in projections {
        // Nobody here follows the log, to say that something was asked.
        let asked = Arc::default();
        tasks.spawn(rebuild::run(projection, log.clone(), permits.clone(), options, asked, cancel.clone()));
    }
    Projectors { tasks }
}

/// As [`start`], with other options for rebuilds.
#[must_use]
pub fn start_with(
    log: &EventLog,
    nats: &async_nats::Client,
    projections: Vec<Arc<dyn Projection>>,
    cancel: &CancellationToken,
    options: RebuildOptions,
) -> Projectors {
    let mut tasks = JoinSet::new();
    let permits = Arc::new(Semaphore::new(REBUILDS_AT_A_TIME));
    for projection in projections {
        let asked: Arc<Notify> = Arc::default();
        let (permits, rebuilder) = (permits.clone(), projection.clone());
        tasks.spawn(rebuild::run(rebuilder, log.clone(), permits, options, asked.clone(), cancel.clone()));
        let runner = Runner { projection, log: log.clone(), nats: nats.clone(), asked, cancel: cancel.clone() };
        tasks.spawn(async move {
            while !runner.cancel.is_cancelled() {
                runner.tenure().await;
                // Somebody else with the right version may have it now.
                tokio::select! {
                    () = runner.cancel.cancelled() => {}
                    () = tokio::time::sleep(OTHER_VERSION_PAUSE) => {}
                }
            }
        });
    }
    Projectors { tasks }
}

struct Runner {
    projection: Arc<dyn Projection>,
    log: EventLog,
    nats: async_nats::Client,
    /// Wakes who rebuilds the projection.
    asked: Arc<Notify>,
    cancel: CancellationToken,
}

impl Runner {
    /// Competes for the lease and works while it has it; ends when cancelled, or when the documents are not of this
    /// code's version.
    async fn tenure(&self) {
        let (held, mut holds) = watch::channel(None);
        // A token of its own: the lease is given back after the last step, not before.
        let keeping = CancellationToken::new();
        let keeper = {
            let (leases, keeping) = (Leases::new(self.log.database()), keeping.clone());
            let name = lease_name(self.projection.name());
            tokio::spawn(async move { leases.keep(&name, &Uuid::new_v4().to_string(), &held, &keeping).await })
        };
        let mut recovery = Recovery::new();
        while !self.cancel.is_cancelled() {
            let Some(lease) = self.lease(&mut holds).await else { break };
            let outcome = tokio::select! {
                outcome = self.work(lease, &mut recovery) => outcome,
                // A step that is broken off leaves nothing behind but the batch that it was writing, which the next
                // worker finds written, or fences off.
                _ = holds.wait_for(|now| *now != Some(lease)) => {
                    tracing::warn!(projection = self.projection.name(), "the lease is lost");
                    continue;
                }
            };
            match outcome {
                Ok(()) => break,
                Err(error @ WorkerError::OtherVersion { .. }) => {
                    tracing::warn!(projection = self.projection.name(), %error, "not running");
                    break;
                }
                Err(WorkerError::Swapping) => tokio::time::sleep(SWAP_PAUSE).await,
                Err(
                    error @ (WorkerError::Stale | WorkerError::Contended | WorkerError::Altered | WorkerError::Log(_)),
                ) => {
                    tracing::warn!(projection = self.projection.name(), %error, "begins anew from the checkpoint");
                    recovery.after_error();
                    tokio::select! {
                        () = self.cancel.cancelled() => break,
                        () = tokio::time::sleep(recovery.pause) => {}
                    }
                }
            }
        }
        keeping.cancel();
        if let Err(error) = keeper.await {
            tracing::error!(projection = self.projection.name(), %error, "the lease's task has failed");
        }
    }

    /// Waits for the lease; none when it is time to end.
    async fn lease(&self, holds: &mut watch::Receiver<Option<Held>>) -> Option<Held> {
        tokio::select! {
            () = self.cancel.cancelled() => None,
            held = holds.wait_for(Option::is_some) => held.ok().and_then(|held| *held),
        }
    }

    /// Step by step, until an error or the end.
    async fn work(&self, lease: Held, recovery: &mut Recovery) -> Result<(), WorkerError> {
        let projection = self.projection.clone();
        let mut worker =
            Worker::take_over(projection, &self.log, &self.nats, lease.epoch, recovery.batch_events).await?;
        tracing::info!(
            projection = self.projection.name(),
            epoch = lease.epoch,
            position = worker.position(),
            parked = worker.parked(),
            "taken over"
        );
        let mut measured = None;
        let (mut control, mut asked) = (Control::new(&self.log, self.projection.name()), None);
        while !self.cancel.is_cancelled() {
            let step = worker.run_once(WAIT).await?;
            if step.events > 0 {
                recovery.after_success();
            }
            if measured.is_none_or(|at: Instant| at.elapsed() >= MEASURE_EVERY) {
                measured = Some(Instant::now());
                let lag = self.log.head().await?.position.saturating_sub(worker.position());
                #[allow(clippy::cast_precision_loss)]
                metrics::gauge!("projection_lag_events", "projection" => self.projection.name()).set(lag as f64);
            }
            let heard = std::mem::take(&mut worker.asked);
            if heard {
                self.asked.notify_one();
            }
            if heard || asked.is_none_or(|at: Instant| at.elapsed() >= ASK_EVERY) {
                asked = Some(Instant::now());
                self.retry(&mut worker, &mut control).await?;
            }
            if worker.batch_events() != recovery.batch_events {
                worker.set_batch_events(recovery.batch_events);
            }
        }
        worker.save().await
    }

    /// Folds anew what is asked for.
    async fn retry(&self, worker: &mut Worker, control: &mut Control) -> Result<(), WorkerError> {
        control.refresh().await?;
        for asked in control.retries() {
            let id = asked.parked_id.to_string();
            // What was asked for before it was parked was another time's.
            if worker.parked_since(&id).is_none_or(|since| since > asked.at) {
                continue;
            }
            match worker.retry(&id).await? {
                Retried::Done { documents } => {
                    tracing::info!(projection = self.projection.name(), id, documents, "folded anew");
                }
                Retried::StillParked { error } => {
                    tracing::warn!(projection = self.projection.name(), id, error, "still parked");
                }
                Retried::NotParked => {}
            }
        }
        Ok(())
    }
}

/// What errors lead to: longer pauses, and smaller batches, since a batch may be too large for the time it has.
struct Recovery {
    pause: Duration,
    batch_events: usize,
}

impl Recovery {
    const fn new() -> Self {
        Self { pause: FIRST_PAUSE, batch_events: BATCH_EVENTS }
    }

    fn after_error(&mut self) {
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.batch_events = (self.batch_events / 2).max(1);
    }

    fn after_success(&mut self) {
        self.pause = FIRST_PAUSE;
        self.batch_events = (self.batch_events * 2).min(BATCH_EVENTS);
    }
}
