//! Which documents are parked: known from before, and changed by this batch.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use events::{Position, Timestamp};
use read_models::ParkCause;

use crate::DocKey;

/// What is known of a parked key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parked {
    pub(crate) cause: ParkCause,
    pub(crate) error: String,
    pub(crate) position: Position,
    pub(crate) last_position: Position,
    pub(crate) events: u64,
    pub(crate) since: Timestamp,
}

/// The parked keys: those before the batch, shared, and what the batch did to them. A batch that must be folded again
/// begins with a fresh one.
pub(crate) struct Parking {
    before: Arc<HashMap<DocKey, Parked>>,
    changed: BTreeMap<DocKey, Parked>,
    now: Timestamp,
}

impl Parking {
    pub(crate) const fn new(before: Arc<HashMap<DocKey, Parked>>, now: Timestamp) -> Self {
        Self { before, changed: BTreeMap::new(), now }
    }

    /// Says when it is that documents are parked.
    pub(crate) const fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// None parked, and the time does not matter.
    pub(crate) fn none(now: Timestamp) -> Self {
        Self::new(Arc::new(HashMap::new()), now)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.before.is_empty()
    }

    pub(crate) fn holds(&self, key: &DocKey) -> bool {
        self.changed.contains_key(key) || self.before.contains_key(key)
    }

    /// Parks keys at an event; one that is parked already counts the event as queued.
    pub(crate) fn park(&mut self, keys: &BTreeSet<DocKey>, cause: ParkCause, error: &str, position: Position) {
        for key in keys {
            let before = self.changed.get(key).or_else(|| self.before.get(key));
            let parked = before.map_or_else(
                || Parked {
                    cause,
                    error: error.to_owned(),
                    position,
                    last_position: position,
                    events: 1,
                    since: self.now,
                },
                |before| Parked { last_position: position, events: before.events + 1, ..before.clone() },
            );
            self.changed.insert(key.clone(), parked);
        }
    }

    /// The records that the batch made or changed.
    pub(crate) const fn changed(&self) -> &BTreeMap<DocKey, Parked> {
        &self.changed
    }

    /// All that is parked after the batch.
    pub(crate) fn after(&self) -> Arc<HashMap<DocKey, Parked>> {
        if self.changed.is_empty() {
            return self.before.clone();
        }
        let mut after = HashMap::clone(&self.before);
        after.extend(self.changed.iter().map(|(key, parked)| (key.clone(), parked.clone())));
        Arc::new(after)
    }

    /// The keys that this batch parked, and that were not before.
    pub(crate) fn new_keys(&self) -> impl Iterator<Item = &DocKey> {
        self.changed.keys().filter(|key| !self.before.contains_key(*key))
    }
}
