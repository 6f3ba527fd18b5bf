//! A batch on its way to the database, in a task of its own, while the next one is folded on top of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use event_log::{LogError, Opened};
use events::Position;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::DocKey;
use crate::announcer::Announcer;
use crate::draft::Draft;
use crate::folding::{Cache, Parked, Slot};
use crate::store::{Changes, CommitError, Fence, Store};

/// A batch that is being written.
///
/// When it is dropped it goes on to its end, as a transaction may that is being committed when its process dies: the
/// worker that comes next either finds it written, or takes the checkpoint away from it. Broken off within its first
/// command it would be worse: the driver, not knowing that the server has begun the transaction, would leave it open, and
/// it would keep everybody from the checkpoint for a minute.
pub(crate) struct Writing {
    task: JoinHandle<Result<(), CommitError>>,
    /// Every document that it is about, as it will be.
    pub(crate) cache: Cache,
    /// What it was folded from, and what had been refused of it before.
    pub(crate) events: Vec<Opened>,
    pub(crate) refused: HashMap<DocKey, String>,
    pub(crate) count: usize,
    pub(crate) bytes: usize,
    pub(crate) to: Position,
    /// All that is parked once it is written, and the keys that it parks.
    pub(crate) parked: Arc<HashMap<DocKey, Parked>>,
    pub(crate) newly_parked: Vec<DocKey>,
    /// How many documents it writes or deletes.
    pub(crate) documents: usize,
    pub(crate) started: Instant,
}

impl Writing {
    /// Begins to write a draft's changes. The position is announced as soon as the majority has them. It ends then, but
    /// not before `pace` has passed since it began.
    pub(crate) fn start(
        draft: Draft,
        changes: Changes,
        parked: Arc<HashMap<DocKey, Parked>>,
        store: &Store,
        fence: Fence,
        announcer: &Arc<Announcer>,
        pace: Duration,
    ) -> Self {
        let Draft { folding, events, count, bytes, to, started } = draft;
        let (store, announcer) = (store.clone(), announcer.clone());
        let (newly_parked, documents) = (changes.stale.clone(), changes.documents.len());
        let next = Instant::now() + pace;
        let task = tokio::spawn(async move {
            store.write(fence, to, &changes).await?;
            announcer.announce(to).await;
            // It is written; but the worker goes on gathering until the next one's time.
            tokio::time::sleep_until(next).await;
            Ok(())
        });
        let (cache, refused) = (folding.cache, folding.refused);
        Self { task, cache, events, refused, count, bytes, to, parked, newly_parked, documents, started }
    }

    /// A document as it will be, if the batch is about it.
    pub(crate) fn document(&self, key: &DocKey) -> Option<Slot> {
        self.cache.slot(key).cloned()
    }

    /// Waits for its end, for ever when there is none. A wait that is broken off loses nothing.
    pub(crate) async fn end_of(writing: &mut Option<Self>) -> Result<(), CommitError> {
        let Some(writing) = writing else { return std::future::pending().await };
        match (&mut writing.task).await {
            Ok(outcome) => outcome,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(LogError::Unavailable("the runtime is ending".into()).into()),
            },
        }
    }
}
