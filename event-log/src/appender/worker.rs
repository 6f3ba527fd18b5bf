//! The appender: the one task of a process that writes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::judge::Memory;
use super::prepare::Prepared;
use super::queue::{AppendLimits, Waiting};
use super::transaction::{AttemptError, State, Written, ask_for_turn, attempt};
use crate::log::Inner;
use crate::{AppendError, EventLog, LogError};

/// How long to wait before a batch is tried again.
const PAUSE: Duration = Duration::from_millis(5);
/// How long to keep off the head when another process has asked for its turn.
const TURN: Duration = Duration::from_millis(25);
/// After how many collisions to ask for one's own turn.
const COLLISIONS: usize = 3;

/// The running appender of a process.
pub struct Appender(JoinHandle<()>);

impl Appender {
    /// Waits until everything that was accepted before the stop is written.
    pub async fn stopped(self) {
        if let Err(error) = self.0.await {
            tracing::error!(%error, "the appender ended abnormally");
        }
    }
}

impl EventLog {
    /// Starts the appender: once per process. When `stop` is cancelled it takes no more commits and writes what waits.
    #[must_use]
    pub fn start_appender(&self, limits: AppendLimits, stop: CancellationToken) -> Appender {
        let log = Arc::clone(&self.0);
        let receiver = self.0.queue.take_receiver(limits);
        Appender(tokio::spawn(async move {
            let Some(receiver) = receiver else {
                tracing::error!("this process has an appender already");
                return;
            };
            let state = State {
                name: uuid::Uuid::new_v4().to_string(),
                yielded: false,
                head: None,
                memory: Memory::new(),
                careful: false,
                doubt: false,
            };
            Worker { log, limits, state }.run(receiver, stop).await;
        }))
    }
}

struct Worker {
    log: Arc<Inner>,
    limits: AppendLimits,
    state: State,
}

impl Worker {
    async fn run(mut self, mut receiver: mpsc::Receiver<Waiting>, stop: CancellationToken) {
        let mut left_over = None;
        loop {
            let first = match left_over.take() {
                Some(waiting) => waiting,
                None => tokio::select! {
                    waiting = receiver.recv() => match waiting { Some(waiting) => waiting, None => return },
                    () = stop.cancelled(), if !receiver.is_closed() => { receiver.close(); continue }
                },
            };
            let mut batch = Vec::new();
            left_over = self.gather(first, &mut receiver, &mut batch);
            // Who has given up waiting has been told that nothing is confirmed; nothing has been tried yet.
            batch.retain(|waiting| !waiting.reply.is_closed());
            if !batch.is_empty() {
                self.write(batch).await;
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

    async fn write(&mut self, batch: Vec<Waiting>) {
        metrics::histogram!("har_append_batch_commits").record(batch.len() as f64);
        let started = Instant::now();
        match self.try_until(started + self.limits.time, &batch).await {
            Ok(written) => {
                metrics::histogram!("har_append_seconds").record(started.elapsed().as_secs_f64());
                self.settle(batch, written);
            }
            Err(AttemptError::Refused(words)) if batch.len() > 1 => {
                // One of them is at fault; the others must not suffer for it.
                tracing::warn!(%words, "a batch was refused; its commits are tried one by one");
                for waiting in batch {
                    Box::pin(self.write(vec![waiting])).await;
                }
            }
            Err(error) => self.give_up(batch, &error),
        }
    }

    /// Tries until it is written, refused, or time is up.
    async fn try_until(&mut self, deadline: Instant, batch: &[Waiting]) -> Result<Written, AttemptError> {
        let prepared: Vec<&Prepared> = batch.iter().map(|waiting| &waiting.prepared).collect();
        let mut collisions = 0;
        self.state.yielded = false;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let tried = tokio::time::timeout(left, attempt(&self.log, &mut self.state, &prepared)).await;
            let error = match tried {
                Ok(Ok(written)) => return Ok(written),
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

    /// Tells everybody what became of their commit.
    fn settle(&mut self, batch: Vec<Waiting>, written: Written) {
        if let Some(last) = written.events.last() {
            self.log.queue.observe(last.position);
            metrics::gauge!("har_log_head_position").set(last.position as f64);
            // Nobody listening is fine: the log itself is the way to catch up.
            self.log.committed.send(written.events.into()).ok();
        }
        for (waiting, verdict) in batch.into_iter().zip(written.verdicts) {
            if verdict.is_ok() {
                for (owner, key, _) in waiting.prepared.created {
                    self.log.keys.remember(owner, key);
                }
                waiting.prepared.destroyed.iter().for_each(|owner| self.log.keys.forget(*owner));
            }
            // The other side has given up waiting when this fails.
            waiting.reply.send(verdict).ok();
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
