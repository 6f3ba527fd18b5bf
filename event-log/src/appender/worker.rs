//! The appender: the one task of a process that writes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::confirm::{Outcome, Unconfirmed, confirm_all};
use super::ground::Ground;
use super::judge::Memory;
use super::prepare::Prepared;
use super::queue::{AppendLimits, Waiting};
use super::settle::Settler;
use super::transaction::{AttemptError, Durability, Staged, State, ask_for_turn, attempt};
use crate::expire::keep_expiring;
use crate::{AppendError, EventLog, LogError};

/// How long to wait before a batch is tried again.
const PAUSE: Duration = Duration::from_millis(5);
/// How long to keep off the head when another process has asked for its turn.
const TURN: Duration = Duration::from_millis(25);
/// After how many collisions to ask for one's own turn.
const COLLISIONS: usize = 3;
/// How many batches may wait for the majority while the next one is written.
const UNCONFIRMED: usize = 8;

/// The running appender of a process.
pub struct Appender(oneshot::Receiver<()>);

impl Appender {
    /// Waits until everything that was accepted before the stop is written.
    pub async fn stopped(self) {
        if self.0.await.is_err() {
            tracing::error!("the appender ended abnormally");
        }
    }
}

impl EventLog {
    /// Starts the appender, on a thread of its own: once per process. When `stop` is cancelled it takes no more commits and
    /// writes what waits; it ends as well when nobody has the log any more. Who appends also has idempotency records
    /// expire.
    #[must_use]
    pub fn start_appender(&self, limits: AppendLimits, stop: CancellationToken) -> Appender {
        let (ended, end) = oneshot::channel();
        match self.0.queue.take_receiver(limits) {
            Some(receiver) => {
                tokio::spawn(keep_expiring(Arc::downgrade(&self.0), stop.clone()));
                let log = self.clone();
                let work = move || match on_this_thread(log, limits, receiver, stop) {
                    // Nobody asks when this fails.
                    Ok(()) => _ = ended.send(()),
                    Err(error) => tracing::error!(%error, "the appender can't work"),
                };
                if let Err(error) = std::thread::Builder::new().name("appender".to_owned()).spawn(work) {
                    tracing::error!(%error, "there is no thread for the appender");
                }
            }
            None => tracing::error!("this process has an appender already"),
        }
        Appender(end)
    }
}

/// Appends until the end, with a runtime of its own.
fn on_this_thread(
    log: EventLog,
    limits: AppendLimits,
    receiver: mpsc::Receiver<Waiting>,
    stop: CancellationToken,
) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let state = State {
            name: uuid::Uuid::new_v4().to_string(),
            yielded: false,
            head: None,
            memory: Memory::new(),
            careful: false,
            doubt: false,
            lineage: 0,
        };
        let ground = Arc::new(Ground::of(&log.0)?);
        let (settler, settling) = Settler::start(&ground)?;
        // It ends when all others have let go of the log.
        drop(log);
        Worker { log: ground, limits, state }.run(receiver, settler, stop).await;
        settling.join().map_err(|_| "the settling thread ended abnormally")?;
        Ok(())
    })
}

struct Worker {
    log: Arc<Ground>,
    limits: AppendLimits,
    state: State,
}

impl Worker {
    async fn run(mut self, mut receiver: mpsc::Receiver<Waiting>, settler: Settler, stop: CancellationToken) {
        let (outcomes, mut settled) = mpsc::unbounded_channel();
        let (unconfirmed, confirming) = mpsc::channel(UNCONFIRMED);
        let confirmer = tokio::spawn(confirm_all(settler, confirming, outcomes));
        let mut left_over = None;
        let mut in_flight = 0;
        let mut drained = false;
        while !drained || in_flight > 0 {
            let first = match left_over.take() {
                Some(waiting) => waiting,
                None => tokio::select! {
                    biased;
                    outcome = settled.recv(), if in_flight > 0 => {
                        // None: the confirming task is gone, and with it every answer.
                        let Some(outcome) = outcome else { break };
                        in_flight -= 1;
                        in_flight += self.look_again(outcome, &unconfirmed).await;
                        continue;
                    }
                    waiting = receiver.recv(), if !drained && in_flight < UNCONFIRMED => match waiting {
                        Some(waiting) => waiting,
                        None => { drained = true; continue }
                    },
                    () = stop.cancelled(), if !receiver.is_closed() => { receiver.close(); continue }
                },
            };
            let mut batch = Vec::new();
            left_over = self.gather(first, &mut receiver, &mut batch);
            // Who has given up waiting has been told that nothing is confirmed; nothing has been tried yet.
            batch.retain(|waiting| !waiting.reply.is_closed());
            if !batch.is_empty() {
                let alone = batch.len() == 1 && in_flight == 0;
                let durability = if alone { Durability::AtOnce } else { Durability::Later };
                let deadline = Instant::now() + self.limits.time;
                in_flight += self.write(batch, durability, deadline, &unconfirmed).await;
            }
        }
        drop(unconfirmed);
        if let Err(error) = confirmer.await {
            tracing::error!(%error, "the confirming task ended abnormally");
        }
    }

    /// Takes up what could not be confirmed: it is in the log, or is written again.
    async fn look_again(&mut self, outcome: Outcome, unconfirmed: &mpsc::Sender<Unconfirmed>) -> usize {
        match outcome {
            Outcome::Settled => 0,
            Outcome::Doubtful { batch, deadline } => {
                self.state.doubt = true;
                self.state.head = None;
                self.write(batch, Durability::AtOnce, deadline, unconfirmed).await
            }
        }
    }

    /// Takes all that waits, as far as one transaction goes.
    fn gather(
        &self,
        first: Waiting,
        receiver: &mut mpsc::Receiver<Waiting>,
        batch: &mut Vec<Waiting>,
    ) -> Option<Waiting> {
        let mut bytes = first.prepared.bytes;
        batch.push(first);
        while batch.len() < self.limits.commits {
            let Ok(waiting) = receiver.try_recv() else { break };
            bytes += waiting.prepared.bytes;
            if bytes > self.limits.bytes {
                return Some(waiting);
            }
            batch.push(waiting);
        }
        None
    }

    /// Writes a batch and hands it on to be confirmed; tells how many were handed on.
    async fn write(
        &mut self,
        batch: Vec<Waiting>,
        durability: Durability,
        deadline: Instant,
        unconfirmed: &mpsc::Sender<Unconfirmed>,
    ) -> usize {
        metrics::histogram!("har_append_batch_commits").record(batch.len() as f64);
        let started = Instant::now();
        match self.try_until(deadline, &batch, durability).await {
            Ok(staged) => {
                // There is room: no more are in flight than it holds, but for those that a refused batch falls into.
                unconfirmed.send(Unconfirmed { batch, staged, started, deadline }).await.ok();
                1
            }
            Err(AttemptError::Refused(words)) if batch.len() > 1 => {
                // One of them is at fault; the others must not suffer for it.
                tracing::warn!(%words, "a batch was refused; its commits are tried one by one");
                let mut handed_on = 0;
                for waiting in batch {
                    handed_on += Box::pin(self.write(vec![waiting], durability, deadline, unconfirmed)).await;
                }
                handed_on
            }
            Err(error) => {
                self.give_up(batch, &error);
                0
            }
        }
    }

    /// Tries until it is written, refused, or time is up.
    async fn try_until(
        &mut self,
        deadline: Instant,
        batch: &[Waiting],
        durability: Durability,
    ) -> Result<Staged, AttemptError> {
        let prepared: Vec<&Prepared> = batch.iter().map(|waiting| &waiting.prepared).collect();
        let mut collisions = 0;
        self.state.yielded = false;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let tried = tokio::time::timeout(left, attempt(&self.log, &mut self.state, &prepared, durability)).await;
            let error = match tried {
                Ok(Ok(staged)) => return Ok(staged),
                Ok(Err(error)) => error,
                Err(_) => AttemptError::Again("no answer in time".into()),
            };
            metrics::counter!("har_append_retries_total").increment(1);
            match &error {
                AttemptError::HeadMoved | AttemptError::Again(_) => {}
                AttemptError::Yield => {
                    self.state.yielded = true;
                    tokio::time::sleep(TURN).await;
                }
                AttemptError::Contended => {
                    collisions += 1;
                    if collisions % COLLISIONS == 0 {
                        ask_for_turn(&self.log, &self.state.name).await;
                    }
                }
                AttemptError::Duplicate => {
                    self.state.careful = true;
                    self.state.memory.forget();
                }
                AttemptError::Doubt(words) => tracing::warn!(%words, "a commit is in doubt"),
                AttemptError::Refused(_) => return Err(error),
            }
            self.state.head = None;
            if Instant::now() >= deadline {
                return Err(error);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn give_up(&mut self, batch: Vec<Waiting>, error: &AttemptError) {
        tracing::warn!(?error, commits = batch.len(), "a batch was given up");
        let answer = match (error, self.state.doubt) {
            (AttemptError::Refused(words), false) => AppendError::Log(LogError::Corrupt(words.clone())),
            (_, true) => AppendError::Unconfirmed("the commit was sent and not confirmed".into()),
            (AttemptError::Again(words) | AttemptError::Doubt(words), false) => {
                AppendError::Log(LogError::Unavailable(words.clone()))
            }
            (
                AttemptError::HeadMoved | AttemptError::Contended | AttemptError::Yield | AttemptError::Duplicate,
                false,
            ) => AppendError::Log(LogError::Unavailable("too many processes write at once".into())),
        };
        for waiting in batch {
            waiting.reply.send(Err(answer.clone())).ok();
        }
        // The next batch must not take this one's events for its own; its ids differ, so it need not look.
        self.state.doubt = false;
        self.state.careful = true;
        self.state.head = None;
        self.state.memory.forget();
    }
}
