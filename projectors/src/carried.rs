//! Documents carried along from batch to batch, so that they need not be loaded and decoded again.

use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::DocKey;
use crate::folding::Slot;

/// Bytes of BSON that are carried at most, with [`OVERHEAD`] for each document. Typed documents take some times more.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// What a document weighs beside its BSON; it bounds their number, to 65,536.
const OVERHEAD: u32 = 512;

/// What the documents are that the last batches were about, as the majority has them.
///
/// Only a batch that the majority has comes in here, never one on its way: what fails or is refused leaves no trace. The
/// documents can't change behind the worker's back, but by a worker that has taken over, or by one that is of the same
/// epoch and ahead; against both the checkpoint is the fence, and it lets nothing through that was folded on old ones.
/// Parked ones are marked as stale in the database only; a fold does not see them before a retry, which begins with
/// [`Carried::nothing`].
pub(crate) struct Carried(Cache<DocKey, Slot>);

impl Carried {
    pub(crate) fn nothing() -> Self {
        let weigh = |_: &DocKey, slot: &Slot| {
            let bytes = u32::try_from(slot.bytes()).unwrap_or(u32::MAX);
            bytes.saturating_add(OVERHEAD)
        };
        // What a batch was about is likely what the next is about; how often it was before says little.
        let policy = EvictionPolicy::lru();
        Self(Cache::builder().max_capacity(MOST_BYTES).weigher(weigh).eviction_policy(policy).build())
    }

    pub(crate) fn get(&self, key: &DocKey) -> Option<Slot> {
        self.0.get(key)
    }

    /// Takes in the documents of a batch that the majority has.
    pub(crate) fn keep(&self, slots: impl Iterator<Item = (DocKey, Slot)>) {
        for (key, slot) in slots {
            self.0.insert(key, slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_carried_than_may_be() {
        let carried = Carried::nothing();
        for round in 0..100 {
            let slots = (0..1_000).map(|number| (DocKey::stored("any", &format!("{round}/{number}")), Slot::Absent));
            carried.keep(slots);
        }
        carried.0.run_pending_tasks();
        assert!(carried.0.entry_count() <= MOST_BYTES / u64::from(OVERHEAD), "{}", carried.0.entry_count());
        assert!(carried.get(&DocKey::stored("any", "99/999")).is_some(), "the last are");
        assert!(carried.get(&DocKey::stored("any", "0/0")).is_none(), "the first are not");

        let large = bson::rawdoc! { "text": "x".repeat(usize::try_from(MOST_BYTES).unwrap()) };
        carried.keep(std::iter::once((DocKey::stored("any", "large"), Slot::Raw(large))));
        carried.0.run_pending_tasks();
        assert!(carried.get(&DocKey::stored("any", "large")).is_none(), "weighed by its bytes");
    }
}
