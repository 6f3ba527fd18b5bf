//! A batch in the making: events that are folded, and not on their way to the database yet.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::Utc;
use event_log::{LogError, Opened};
use events::{Position, StoredEvent, Timestamp};
use serde_json::Value;
use tokio::time::Instant;

use crate::carried::Carried;
use crate::folding::{Cache, Folding, Parked, Parking, Slot, keys_of};
use crate::store::{Changes, Store};
use crate::writing::Writing;
use crate::{DocKey, Projection};

/// A batch in the making.
pub(crate) struct Draft {
    pub(crate) folding: Folding,
    /// What is folded, in case it must be folded again.
    pub(crate) events: Vec<Opened>,
    /// How many events it takes the position over, ignored ones included, and about how large they are.
    pub(crate) count: usize,
    pub(crate) bytes: usize,
    /// The position of the last of them; of the batch before while there is none.
    pub(crate) to: Position,
    pub(crate) started: Instant,
}

/// Where the documents of a draft are: the newest first.
pub(crate) struct Below<'a> {
    /// The batch that is being written. Until it is, its documents must not be looked for in the database.
    pub(crate) writing: Option<&'a Writing>,
    pub(crate) carried: &'a Carried,
    pub(crate) store: &'a Store,
}

impl Draft {
    /// An empty one, of what comes after `to`, where these documents are parked.
    pub(crate) fn new(projection: Arc<dyn Projection>, parked: Arc<HashMap<DocKey, Parked>>, to: Position) -> Self {
        let folding = Folding {
            projection,
            cache: Cache::of_what_serves(),
            parking: Parking::new(parked, Timestamp::new(Utc::now())),
            refused: HashMap::new(),
        };
        Self { folding, events: Vec::new(), count: 0, bytes: 0, to, started: Instant::now() }
    }

    /// Counts events that are folded next, or ignored.
    pub(crate) fn count(&mut self, events: &[StoredEvent]) {
        if self.count == 0 {
            // It may have been empty for long.
            self.started = Instant::now();
            self.folding.parking.set_now(Timestamp::new(Utc::now()));
        }
        if let Some(last) = events.last() {
            self.to = last.position;
        }
        self.count += events.len();
        self.bytes += events.iter().map(about_bytes).sum::<usize>();
    }

    /// Folds events upon those before.
    pub(crate) async fn fold(&mut self, events: Vec<Opened>, below: &Below<'_>) -> Result<(), LogError> {
        let projection = self.folding.projection.clone();
        let with_keys = events.into_iter().map(|event| (keys_of(&*projection, &event), event));
        let with_keys: Vec<(Vec<DocKey>, Opened)> = with_keys.filter(|(keys, _)| !keys.is_empty()).collect();
        let cache = &mut self.folding.cache;
        let keys = with_keys.iter().flat_map(|(keys, _)| keys);
        for key in keys.filter(|key| projection.writes_once(key.collection())) {
            cache.fill(key.clone(), Slot::Absent);
        }
        below.load(with_keys.iter().flat_map(|(keys, _)| keys), cache).await?;
        for (keys, event) in with_keys {
            while let Err(missing) = self.folding.take(&event, &keys) {
                below.load(&missing, &mut self.folding.cache).await?;
            }
            self.events.push(event);
        }
        Ok(())
    }

    /// What is to be written.
    pub(crate) fn changes(&self) -> Changes {
        Changes {
            documents: self.folding.cache.changes(),
            stale: self.folding.parking.new_keys().cloned().collect(),
            parked: self.folding.parking.changed().clone(),
            unparked: Vec::new(),
        }
    }
}

impl Below<'_> {
    /// Puts the documents of these keys into a cache.
    async fn load(&self, keys: impl IntoIterator<Item = &DocKey>, cache: &mut Cache) -> Result<(), LogError> {
        let mut missing = BTreeSet::new();
        for key in keys.into_iter().filter(|key| !key.is_stream()) {
            if cache.is_loaded(key) {
                continue;
            }
            let known = self.writing.and_then(|writing| writing.document(key)).or_else(|| self.carried.get(key));
            match known {
                Some(slot) => cache.fill(key.clone(), slot),
                None => _ = missing.insert(key.clone()),
            }
        }
        self.store.load(missing, cache).await
    }
}

/// About how large an event is; the exact size does not matter.
fn about_bytes(event: &StoredEvent) -> usize {
    const ENVELOPE: usize = 600;
    fn of(value: &Value) -> usize {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 8,
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(of).sum(),
            Value::Object(fields) => fields.iter().map(|(name, value)| name.len() + of(value)).sum(),
        }
    }
    ENVELOPE + of(&event.data)
}
