//! The queue in front of the appender: bounded, so that too much work is refused rather than piled up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use events::Position;
use tokio::sync::{mpsc, oneshot};

use super::prepare::Prepared;
use crate::mongo::limited;
use crate::{AppendError, Commit, Committed, EventLog, LogError};

/// How much longer than the appender's own limit a caller waits, so as to hear its reason.
const GRACE: Duration = Duration::from_millis(200);
/// How many commits may wait.
const QUEUE: usize = 4_096;

/// How much one transaction takes, and how long a commit may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppendLimits {
    /// Commits in one transaction.
    pub commits: usize,
    /// Bytes in one transaction, and in one commit.
    pub bytes: usize,
    /// For a batch, over all its tries. [`EventLog::append`] waits a little longer than this for its answer.
    pub time: Duration,
}

impl AppendLimits {
    /// Those of a process whose requests wait so long for MongoDB in all: a batch that takes longer than seven ninths of
    /// it is given up, which leaves those who wait for it the time to be told why.
    #[must_use]
    pub fn within(patience: Duration) -> Self {
        Self { time: patience * 7 / 9, ..Self::default() }
    }
}

impl Default for AppendLimits {
    fn default() -> Self {
        Self { commits: 500, bytes: 8 * 1024 * 1024, time: Duration::from_millis(1_400) }
    }
}

/// A commit that waits, and who waits for it.
pub(crate) struct Waiting {
    pub(crate) prepared: Prepared,
    pub(crate) reply: oneshot::Sender<Result<Committed, AppendError>>,
}

/// The way from those who append to the one who writes.
pub(crate) struct AppendQueue {
    sender: mpsc::Sender<Waiting>,
    receiver: Mutex<Option<mpsc::Receiver<Waiting>>>,
    observed: Arc<AtomicU64>,
    /// Of the appender that takes from it.
    limits: OnceLock<AppendLimits>,
}

impl AppendQueue {
    pub(crate) fn new() -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Self { sender, receiver: Mutex::new(Some(receiver)), observed: Arc::default(), limits: OnceLock::new() }
    }

    /// The receiving end, for the one appender of this process.
    pub(super) fn take_receiver(&self, limits: AppendLimits) -> Option<mpsc::Receiver<Waiting>> {
        self.limits.get_or_init(|| limits);
        self.receiver.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }

    /// The last position that this process knows to be committed.
    pub(crate) fn observed(&self) -> Position {
        self.observed.load(Ordering::Acquire)
    }

    /// Where the appender writes it down.
    pub(super) fn observed_cell(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.observed)
    }
}

impl EventLog {
    /// Appends a commit: all of it, durably, or nothing.
    ///
    /// # Errors
    /// [`AppendError`]. After a `Conflict` the caller loads, decides and appends anew.
    pub async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        let limits = self.0.queue.limits.get().copied().unwrap_or_default();
        let submit = async {
            let prepared = self.prepare(commit).await?;
            if prepared.bytes > limits.bytes {
                return Err(AppendError::TooLarge);
            }
            let (reply, answer) = oneshot::channel();
            self.0.queue.sender.try_send(Waiting { prepared, reply }).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => AppendError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => stopped(),
            })?;
            answer.await.unwrap_or_else(|_| Err(stopped()))
        };
        tokio::time::timeout(limited(limits.time + GRACE), submit)
            .await
            .unwrap_or_else(|_| Err(AppendError::Unconfirmed("no answer in time".into())))
    }
}

fn stopped() -> AppendError {
    AppendError::Log(LogError::Unavailable("this process appends no more".into()))
}
