//! What a batch knows of documents: loaded once, typed, changed in memory, written once.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use bson::RawDocumentBuf;
use bson::serde_helpers::HumanReadable;
use foldhash::fast::RandomState;
use read_models::ReadDocument;

use super::FoldError;
use crate::DocKey;

/// A typed document without its type, and the way back to BSON. Cloning it is cheap.
#[derive(Clone)]
pub(crate) struct Typed(Arc<Untyped<dyn Any + Send + Sync>>);

struct Untyped<T: ?Sized> {
    encode: fn(&(dyn Any + Send + Sync)) -> Option<RawDocumentBuf>,
    /// Its BSON form, once that was asked for; none inside when it has none.
    raw: OnceLock<Option<RawDocumentBuf>>,
    value: T,
}

impl Typed {
    pub(super) fn new<D: ReadDocument>(document: D) -> Self {
        // Human readable: as the driver writes typed documents when they pass through `Document`.
        let encode = |value: &(dyn Any + Send + Sync)| {
            let document = value.downcast_ref::<D>()?;
            bson::serialize_to_raw_document_buf(&HumanReadable(document)).ok()
        };
        Self(Arc::new(Untyped { encode, raw: OnceLock::new(), value: document }))
    }

    /// A document that was read.
    fn read<D: ReadDocument>(raw: &RawDocumentBuf) -> Result<(Self, D), bson::error::Error> {
        let HumanReadable(document) = bson::deserialize_from_slice::<HumanReadable<D>>(raw.as_bytes())?;
        Ok((Self::new(document.clone()), document))
    }

    fn get<D: ReadDocument>(&self, key: &DocKey) -> Result<D, FoldError> {
        self.0.value.downcast_ref::<D>().cloned().ok_or_else(|| FoldError::Malformed(key.clone()))
    }

    /// Its BSON form, if it has one.
    pub(crate) fn encode(&self) -> Option<RawDocumentBuf> {
        (self.0.encode)(&self.0.value)
    }

    /// The same, kept beside it for those who ask later.
    pub(crate) fn raw(&self) -> Option<&RawDocumentBuf> {
        self.0.raw.get_or_init(|| self.encode()).as_ref()
    }
}

/// What is known of a document.
#[derive(Clone)]
pub(crate) enum Slot {
    /// It is not there.
    Absent,
    /// As it was read.
    Raw(RawDocumentBuf),
    /// As it was asked for, or put.
    Typed(Typed),
}

impl Slot {
    /// Bytes of its BSON form; 0 when there is none, or none yet.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Absent => 0,
            Self::Raw(raw) => raw.as_bytes().len(),
            Self::Typed(typed) => typed.0.raw.get().and_then(Option::as_ref).map_or(0, |raw| raw.as_bytes().len()),
        }
    }
}

impl From<Option<RawDocumentBuf>> for Slot {
    fn from(found: Option<RawDocumentBuf>) -> Self {
        found.map_or(Self::Absent, Self::Raw)
    }
}

/// What a document that is in no slot means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uncached {
    /// It is in the database, if it is at all.
    Load,
    /// It is not there: everything is folded from nothing.
    Absent,
}

/// A changed document.
pub(crate) enum Change {
    /// Put it there, over what is there.
    Put {
        /// The document.
        document: Typed,
        /// What the database has in its place when this is written; none when that is not known.
        before: Option<Slot>,
    },
    /// Take it away.
    Delete,
}

/// What became of documents, none in place of those that are to be taken away: by collection.
pub(crate) type Outcome<'a> = BTreeMap<&'a str, Vec<(&'a DocKey, Option<&'a Typed>)>>;

/// A document of a batch.
pub(super) struct Held {
    slot: Slot,
    change: Option<Changed>,
}

/// That a document is changed, and what was known of it before, where that is kept.
#[derive(Clone)]
struct Changed {
    before: Option<Slot>,
}

/// All documents of a batch.
pub(crate) struct Cache {
    /// Keys are ids of our own, mostly random: nobody can choose them so that they collide.
    held: HashMap<DocKey, Held, RandomState>,
    uncached: Uncached,
    keeps_before: bool,
    filled_bytes: usize,
}

impl Cache {
    pub(crate) fn new(uncached: Uncached) -> Self {
        Self { held: HashMap::default(), uncached, keeps_before: false, filled_bytes: 0 }
    }

    /// One over the documents that serve, which keeps those that it changes as they were: less is to be written then.
    pub(crate) fn of_what_serves() -> Self {
        Self { keeps_before: true, ..Self::new(Uncached::Load) }
    }

    pub(crate) fn is_loaded(&self, key: &DocKey) -> bool {
        self.held.contains_key(key)
    }

    /// Takes in what is known under a key. What is in the cache already stays.
    pub(crate) fn fill(&mut self, key: DocKey, slot: Slot) {
        self.filled_bytes += slot.bytes();
        self.held.entry(key).or_insert(Held { slot, change: None });
    }

    /// Bytes of the documents that were taken in.
    pub(crate) const fn filled_bytes(&self) -> usize {
        self.filled_bytes
    }

    /// How many documents are known, also as absent.
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether documents that are in no slot are to be looked for.
    pub(crate) fn loads(&self) -> bool {
        self.uncached == Uncached::Load
    }

    /// What is known under a key.
    pub(crate) fn slot(&self, key: &DocKey) -> Option<&Slot> {
        self.held.get(key).map(|held| &held.slot)
    }

    /// Changed documents by collection and id.
    pub(crate) fn changes(&self) -> BTreeMap<DocKey, Change> {
        let change = |(key, held): (&DocKey, &Held)| {
            let Changed { before } = held.change.clone()?;
            Some(match &held.slot {
                Slot::Typed(typed) => (key.clone(), Change::Put { document: typed.clone(), before }),
                // Only a fold changes documents, and it puts typed ones.
                Slot::Raw(_) | Slot::Absent => (key.clone(), Change::Delete),
            })
        };
        self.held.iter().filter_map(change).collect()
    }

    /// The changed documents, in the order of their ids.
    pub(crate) fn outcome(&self) -> Outcome<'_> {
        let mut outcome = Outcome::new();
        for (key, held) in self.held.iter().filter(|(_, held)| held.change.is_some()) {
            let document = match &held.slot {
                Slot::Typed(typed) => Some(typed),
                Slot::Raw(_) | Slot::Absent => None,
            };
            outcome.entry(key.collection()).or_default().push((key, document));
        }
        for documents in outcome.values_mut() {
            documents.sort_unstable_by_key(|(key, _)| key.id());
        }
        outcome
    }

    /// All documents, changed or not.
    pub(crate) fn into_slots(self) -> impl Iterator<Item = (DocKey, Slot)> {
        self.held.into_iter().map(|(key, held)| (key, held.slot))
    }

    pub(super) fn get<D: ReadDocument>(&mut self, key: &DocKey) -> Result<Option<D>, FoldError> {
        let Some(held) = self.held.get_mut(key) else {
            return match self.uncached {
                Uncached::Load => Err(FoldError::NotLoaded(vec![key.clone()])),
                Uncached::Absent => Ok(None),
            };
        };
        let decoded = match &held.slot {
            Slot::Absent => return Ok(None),
            Slot::Typed(typed) => return typed.get(key).map(Some),
            Slot::Raw(raw) => Typed::read::<D>(raw),
        };
        // The decoder's words may quote what it found, which may be personal.
        let (typed, document) = decoded.map_err(|_| FoldError::Malformed(key.clone()))?;
        let read = std::mem::replace(&mut held.slot, Slot::Typed(typed.clone()));
        if let (true, Slot::Raw(raw)) = (self.keeps_before, read) {
            // As it was read, and not as this code writes it.
            typed.0.raw.get_or_init(|| Some(raw));
        }
        Ok(Some(document))
    }

    /// Changes what is known under a key; gives what [`Cache::take_back`] needs.
    pub(super) fn change(&mut self, key: &DocKey, slot: Slot) -> Option<Held> {
        let keeps_before = self.keeps_before;
        let Some(held) = self.held.get_mut(key) else {
            self.held.insert(key.clone(), Held { slot, change: Some(Changed { before: None }) });
            return None;
        };
        let before = std::mem::replace(&mut held.slot, slot);
        let change = held.change.clone();
        // What the batch itself has put there is not what was there before it.
        held.change.get_or_insert_with(|| Changed { before: keeps_before.then(|| before.clone()) });
        Some(Held { slot: before, change })
    }

    /// Takes a change back; several of one document in the opposite of their order.
    pub(super) fn take_back(&mut self, key: DocKey, before: Option<Held>) {
        match before {
            Some(held) => self.held.insert(key, held),
            None => self.held.remove(&key),
        };
    }
}
