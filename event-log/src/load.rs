//! Loading: states folded from their streams, with a bounded cache that saves the folding and never the asking.

use std::any::{Any, TypeId};
use std::future::IntoFuture;
use std::sync::Arc;

use bson::doc;
use events::{Fold, Position, StreamEvent, StreamId, Version};
use moka::sync::Cache;

use crate::document::key;
use crate::mongo::{TIME_LIMIT, within};
use crate::read::Opened;
use crate::{EventLog, LogError};

/// How many states are kept; the least used go first.
const CACHED_STATES: u64 = 20_000;

type Cached = (Version, Arc<dyn Any + Send + Sync>);

/// The cache of folded states.
pub(crate) struct StateCache(Cache<(TypeId, StreamId), Cached>);

impl StateCache {
    pub(crate) fn new() -> Self {
        Self(Cache::builder().max_capacity(CACHED_STATES).build())
    }

    fn get<A: Fold>(&self, stream: &StreamId) -> Option<(Version, Arc<A>)> {
        let (version, state) = self.0.get(&(TypeId::of::<A>(), stream.clone()))?;
        state.downcast().ok().map(|state| (version, state))
    }

    fn put<A: Fold>(&self, stream: &StreamId, version: Version, state: Arc<A>) {
        self.0.insert((TypeId::of::<A>(), stream.clone()), (version, state));
    }
}

/// A state as of the moment it was asked for.
#[derive(Clone, Debug)]
pub struct Loaded<A> {
    /// The stream it is the fold of.
    pub stream: StreamId,
    /// How many events it is the fold of; 0 when there is none.
    pub version: Version,
    /// The state.
    pub state: Arc<A>,
}

impl EventLog {
    /// The state of a stream: what is cached, and every event since, asked of the majority in one indexed query.
    ///
    /// # Errors
    /// [`LogError`]; an event of the stream that this code does not know is [`LogError::Corrupt`], since a state that
    /// leaves one out must not decide.
    pub async fn load<A: Fold>(&self, id: impl std::fmt::Display) -> Result<Loaded<A>, LogError> {
        let stream = A::stream(id);
        let cached = self.0.cache.get::<A>(&stream);
        let (mut version, cached) = cached.unwrap_or_default();
        let since = self.read_stream(&stream, version).await?;
        if since.is_empty() {
            return Ok(Loaded { stream, version, state: cached });
        }
        let mut state = A::clone(&cached);
        for opened in self.open_events(since).await? {
            let event = match opened {
                Opened::Known(event) => event,
                Opened::Unknown { stored, error } => {
                    return Err(LogError::Corrupt(format!("{stream} at version {}: {error}", stored.version)));
                }
            };
            if event.version != version + 1 {
                return Err(LogError::Corrupt(format!("{stream} has no version {}", version + 1)));
            }
            version = event.version;
            let foreign = || LogError::Corrupt(format!("{stream} has an event of another kind of stream"));
            state.apply(&A::Event::from_event(event.event).ok_or_else(foreign)?);
        }
        let state = Arc::new(state);
        self.0.cache.put(&stream, version, Arc::clone(&state));
        Ok(Loaded { stream, version, state })
    }

    /// Whether any of these streams has moved past the version that goes with it: one query over the index, without
    /// reading a document.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn moved(&self, streams: &[(&StreamId, Version)]) -> Result<bool, LogError> {
        let next: Vec<String> = streams.iter().map(|(stream, version)| key(stream, version + 1)).collect();
        let find = self.0.events.find_one(doc! { "key": { "$in": next } }).projection(doc! { "_id": 0, "key": 1 });
        Ok(within(TIME_LIMIT, find.into_future()).await?.is_some())
    }

    /// The cached state of a stream, unasked: only together with [`moved`](Self::moved).
    #[must_use]
    pub fn cached<A: Fold>(&self, id: impl std::fmt::Display) -> Option<Loaded<A>> {
        let stream = A::stream(id);
        let (version, state) = self.0.cache.get::<A>(&stream)?;
        Some(Loaded { stream, version, state })
    }

    /// Takes in a state that was decided upon, after its commit.
    pub fn remember<A: Fold>(&self, stream: &StreamId, version: Version, state: A) {
        self.0.cache.put(stream, version, Arc::new(state));
    }

    /// A position of the head that this process knows, for [`Commit::observed`](crate::Commit::observed): to be taken
    /// before the first stream of a decision is loaded.
    #[must_use]
    pub fn observed(&self) -> Position {
        self.0.queue.observed()
    }
}
