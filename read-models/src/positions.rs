//! How far the projections are: what lets a command wait for its own effect, and a query say how fresh it is.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bson::doc;
use event_log::{EventLog, Leases, LogError, within};
use events::Position;
use futures::{StreamExt as _, TryStreamExt as _};
use mongodb::Collection;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{Checkpoint, PROJECTIONS};

/// How long nothing may be heard before the checkpoints themselves are read.
const SILENCE: Duration = Duration::from_millis(50);
/// How old an announcement may be for [`Positions::current`] to use it: workers announce twice a second.
const FRESH: Duration = Duration::from_secs(1);
/// The longest that reading the checkpoints may take.
const READ_LIMIT: Duration = Duration::from_millis(500);
/// Pause before subscribing again after the subscription ended.
const RESUBSCRIBE: Duration = Duration::from_millis(500);

/// What a worker says on `<prefix>.positions.<projection>` after each commit, and twice a second while it is alive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// The projection.
    pub projection: String,
    /// The documents are the fold of the events up to here.
    pub position: Position,
    /// Epoch of the worker's lease: after a rebuild or a restored backup a later epoch may be at an earlier position.
    pub epoch: i64,
}

/// The name of the lease that a projection's worker holds.
#[must_use]
pub fn lease_name(projection: &str) -> String {
    format!("projection/{projection}")
}

/// The name of the lease that whoever rebuilds a projection holds.
#[must_use]
pub fn rebuild_lease_name(projection: &str) -> String {
    format!("rebuild/{projection}")
}

/// How waiting for a position ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// All projections have come so far.
    Reached,
    /// Not in time; the slowest is here.
    Behind {
        /// The slowest projection's position.
        slowest: Position,
    },
    /// A projection that is behind has no worker: its lease has run out. Or MongoDB is away, and nobody gets on. It was
    /// not waited for.
    Down,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    position: Position,
    epoch: i64,
    heard: Instant,
}

impl Known {
    const fn is_older_than(&self, other: &Self) -> bool {
        self.epoch < other.epoch || (self.epoch == other.epoch && self.position <= other.position)
    }
}

/// What was found when a silent projection's checkpoint and lease were looked at.
#[derive(Clone, Copy, Debug)]
struct Looked {
    at: Instant,
    has_worker: bool,
}

/// The positions of all projections, as far as this process has heard. Cloning is cheap; all clones are one.
#[derive(Clone)]
pub struct Positions {
    known: Arc<watch::Sender<HashMap<String, Known>>>,
    /// Held while looking, so that many who wait at once make one reading and not as many.
    looked: Arc<Mutex<HashMap<String, Looked>>>,
    checkpoints: Collection<Checkpoint>,
    leases: Leases,
}

impl Positions {
    /// Starts listening for announcements, until `cancel`. With NATS away the checkpoints are read instead.
    #[must_use]
    pub fn start(log: &EventLog, nats: async_nats::Client, cancel: CancellationToken) -> Self {
        let positions = Self {
            known: Arc::new(watch::Sender::new(HashMap::new())),
            looked: Arc::default(),
            checkpoints: log.database().collection(PROJECTIONS.name),
            leases: Leases::new(log.database()),
        };
        let subject = log.names().positions_subject("*");
        let listener = positions.clone();
        tokio::spawn(async move {
            let listening = listener.listen(&nats, &subject);
            tokio::select! { () = cancel.cancelled() => {}, () = listening => {} }
        });
        positions
    }

    async fn listen(&self, nats: &async_nats::Client, subject: &str) {
        loop {
            match nats.subscribe(subject.to_owned()).await {
                Ok(mut messages) => {
                    while let Some(message) = messages.next().await {
                        match serde_json::from_slice::<Announcement>(&message.payload) {
                            Ok(heard) => self.hear(&heard.projection, heard.position, heard.epoch),
                            Err(error) => tracing::warn!(%error, subject, "an announcement that is none"),
                        }
                    }
                }
                Err(error) => tracing::debug!(%error, subject, "no subscription to announcements"),
            }
            tokio::time::sleep(RESUBSCRIBE).await;
        }
    }

    fn hear(&self, projection: &str, position: Position, epoch: i64) {
        let heard = Known { position, epoch, heard: Instant::now() };
        self.known.send_if_modified(|known| match known.get_mut(projection) {
            Some(before) if before.is_older_than(&heard) => {
                let moved = before.position != position;
                *before = heard;
                moved
            }
            Some(_) => false,
            None => {
                known.insert(projection.to_owned(), heard);
                true
            }
        });
    }

    /// Waits until all of the projections have come to `position`, for `limit` at most. Announcements end the wait at
    /// once; after 50 ms without any, the checkpoints are read, and whether there is anybody to wait for.
    pub async fn wait(&self, projections: &[&str], position: Position, limit: Duration) -> Waited {
        // Looking at checkpoints, or waiting for a turn to, may take longer than the rest of the wait.
        let waiting = self.wait_until(projections, position, Instant::now() + limit);
        let behind = |_| Waited::Behind { slowest: self.slowest(projections) };
        tokio::time::timeout(limit, waiting).await.unwrap_or_else(behind)
    }

    async fn wait_until(&self, projections: &[&str], position: Position, deadline: Instant) -> Waited {
        let started = Instant::now();
        let mut listening = self.known.subscribe();
        let mut look = started + SILENCE;
        loop {
            let behind = self.behind(projections, position);
            if behind.is_empty() {
                return Waited::Reached;
            }
            let now = Instant::now();
            if now >= deadline {
                return Waited::Behind { slowest: self.slowest(projections) };
            }
            if now >= look {
                let silent = behind.iter().any(|name| self.heard(name).is_none_or(|heard| now - heard >= SILENCE));
                if silent && let Some(ended) = self.look(&behind, position).await {
                    return ended;
                }
                look = Instant::now() + SILENCE;
                continue;
            }
            tokio::select! {
                _ = listening.changed() => {}
                () = tokio::time::sleep_until(look.min(deadline)) => {}
            }
        }
    }

    /// Reads the checkpoints of those behind; tells when the wait is over because one of them has no worker.
    async fn look(&self, behind: &[&str], position: Position) -> Option<Waited> {
        let mut looked = self.looked.lock().await;
        let is_due = |name: &&str| looked.get(*name).is_none_or(|looked| looked.at.elapsed() >= SILENCE / 2);
        let due: Vec<&str> = behind.iter().copied().filter(is_due).collect();
        if let Err(error) = self.look_anew(&due, position, &mut looked).await {
            tracing::debug!(%error, "checkpoints and leases can't be read");
            // Noted, so that those who wait for this look need not find it out one after the other.
            let nobody = Looked { at: Instant::now(), has_worker: false };
            looked.extend(due.iter().map(|name| ((*name).to_owned(), nobody)));
        }
        let is_down = |name: &&str| looked.get(*name).is_some_and(|looked| !looked.has_worker);
        self.behind(behind, position).iter().any(is_down).then_some(Waited::Down)
    }

    async fn look_anew(
        &self,
        names: &[&str],
        position: Position,
        looked: &mut HashMap<String, Looked>,
    ) -> Result<(), LogError> {
        if names.is_empty() {
            return Ok(());
        }
        self.read(names).await?;
        let behind = self.behind(names, position);
        for name in names {
            // Of one that has come so far it does not matter.
            let has_worker =
                !behind.contains(name) || self.leases.state(&lease_name(name)).await?.is_some_and(|lease| lease.live);
            looked.insert((*name).to_owned(), Looked { at: Instant::now(), has_worker });
        }
        Ok(())
    }

    /// The position that all of the projections have come to, at least. Documents that are read after this call show
    /// the events up to it.
    ///
    /// # Errors
    /// [`LogError`] when nothing was heard of one of them lately, and MongoDB is away.
    pub async fn current(&self, projections: &[&str]) -> Result<Position, LogError> {
        let now = Instant::now();
        let silent: Vec<&str> = projections
            .iter()
            .copied()
            .filter(|name| self.heard(name).is_none_or(|heard| now - heard >= FRESH))
            .collect();
        if !silent.is_empty() {
            self.read(&silent).await?;
        }
        Ok(self.slowest(projections))
    }

    /// Waits until a projection has been heard of beyond a position, for as long as it takes: nothing is asked.
    pub async fn heard_beyond(&self, projection: &str, position: Position) {
        let mut listening = self.known.subscribe();
        let is_beyond =
            |known: &HashMap<String, Known>| known.get(projection).is_some_and(|known| known.position > position);
        if listening.wait_for(is_beyond).await.is_err() {
            // The sender lives as long as `self`.
            std::future::pending::<()>().await;
        }
    }

    async fn read(&self, projections: &[&str]) -> Result<(), LogError> {
        let found: Vec<Checkpoint> = within(READ_LIMIT, async {
            self.checkpoints.find(doc! { "_id": { "$in": projections } }).await?.try_collect().await
        })
        .await?;
        for checkpoint in found {
            self.hear(&checkpoint.name, checkpoint.position, checkpoint.epoch);
        }
        Ok(())
    }

    fn behind<'a>(&self, projections: &[&'a str], position: Position) -> Vec<&'a str> {
        let known = self.known.borrow();
        let is_behind = |name: &&str| known.get(*name).is_none_or(|known| known.position < position);
        projections.iter().copied().filter(is_behind).collect()
    }

    fn slowest(&self, projections: &[&str]) -> Position {
        let known = self.known.borrow();
        projections.iter().map(|name| known.get(*name).map_or(0, |known| known.position)).min().unwrap_or(0)
    }

    fn heard(&self, projection: &str) -> Option<Instant> {
        self.known.borrow().get(projection).map(|known| known.heard)
    }
}
