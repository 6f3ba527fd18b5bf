//! The documents that a batch works on: loaded once, typed, changed in memory, written once.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Display;
use std::sync::{Arc, OnceLock};

use bson::RawDocumentBuf;
use bson::serde_helpers::HumanReadable;
use read_models::ReadDocument;

use super::Parking;
use crate::DocKey;

/// Why an event can't be folded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// A document that the event builds upon is not there.
    #[error("{0} is not there")]
    Missing(DocKey),
    /// A document can't be read as its type: other code wrote it.
    #[error("{0} is not of its shape")]
    Malformed(DocKey),
    /// The event contradicts the documents.
    #[error("{0}")]
    Contradiction(&'static str),
    /// This code does not know the event, and its envelope is not enough.
    #[error("{0}")]
    Unreadable(String),
    /// Not an error but a question: the documents must be loaded and the event folded again. The runner answers it.
    #[error("{} documents are not loaded", .0.len())]
    NotLoaded(Vec<DocKey>),
    /// Not this event's fault: it touches a document that is parked, and queues behind it.
    #[error("{0} is parked")]
    Parked(DocKey),
}

/// A typed document without its type, and the way back to BSON. Cloning it is cheap.
#[derive(Clone)]
pub(crate) struct Typed(Arc<Untyped>);

struct Untyped {
    value: Box<dyn Any + Send + Sync>,
    encode: fn(&(dyn Any + Send + Sync)) -> Option<RawDocumentBuf>,
    /// Its BSON form, once that was asked for; none inside when it has none.
    raw: OnceLock<Option<RawDocumentBuf>>,
}

impl Typed {
    fn new<D: ReadDocument>(document: D) -> Self {
        // Human readable: as the driver writes typed documents when they pass through `Document`.
        let encode = |value: &(dyn Any + Send + Sync)| {
            let document = value.downcast_ref::<D>()?;
            bson::serialize_to_raw_document_buf(&HumanReadable(document)).ok()
        };
        Self(Arc::new(Untyped { value: Box::new(document), encode, raw: OnceLock::new() }))
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
        (self.0.encode)(&*self.0.value)
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

/// All documents of a batch.
pub(crate) struct Cache {
    slots: HashMap<DocKey, Slot>,
    /// The changed ones, and what was known of each before, where that is kept.
    dirty: HashMap<DocKey, Option<Slot>>,
    uncached: Uncached,
    keeps_before: bool,
    filled_bytes: usize,
}

impl Cache {
    pub(crate) fn new(uncached: Uncached) -> Self {
        Self { slots: HashMap::new(), dirty: HashMap::new(), uncached, keeps_before: false, filled_bytes: 0 }
    }

    /// One over the documents that serve, which keeps those that it changes as they were: less is to be written then.
    pub(crate) fn of_what_serves() -> Self {
        Self { keeps_before: true, ..Self::new(Uncached::Load) }
    }

    pub(crate) fn is_loaded(&self, key: &DocKey) -> bool {
        self.slots.contains_key(key)
    }

    /// Takes in what is known under a key. What is in the cache already stays.
    pub(crate) fn fill(&mut self, key: DocKey, slot: Slot) {
        self.filled_bytes += slot.bytes();
        self.slots.entry(key).or_insert(slot);
    }

    /// Bytes of the documents that were taken in.
    pub(crate) const fn filled_bytes(&self) -> usize {
        self.filled_bytes
    }

    /// How many documents are known, also as absent.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether documents that are in no slot are to be looked for.
    pub(crate) fn loads(&self) -> bool {
        self.uncached == Uncached::Load
    }

    /// Changed documents by collection and id.
    pub(crate) fn changes(&self) -> BTreeMap<DocKey, Change> {
        let change = |(key, before): (&DocKey, &Option<Slot>)| match self.slots.get(key) {
            Some(Slot::Typed(typed)) => Change::Put { document: typed.clone(), before: before.clone() },
            // Only a fold changes documents, and it puts typed ones.
            Some(Slot::Raw(_) | Slot::Absent) | None => Change::Delete,
        };
        self.dirty.iter().map(|dirty| (dirty.0.clone(), change(dirty))).collect()
    }

    /// All documents, changed or not.
    pub(crate) fn into_slots(self) -> HashMap<DocKey, Slot> {
        self.slots
    }

    fn get<D: ReadDocument>(&mut self, key: &DocKey) -> Result<Option<D>, FoldError> {
        let decoded = match self.slots.get(key) {
            None if self.uncached == Uncached::Load => return Err(FoldError::NotLoaded(vec![key.clone()])),
            None | Some(Slot::Absent) => return Ok(None),
            Some(Slot::Typed(typed)) => return typed.get(key).map(Some),
            Some(Slot::Raw(raw)) => Typed::read::<D>(raw),
        };
        // The decoder's words may quote what it found, which may be personal.
        let (typed, document) = decoded.map_err(|_| FoldError::Malformed(key.clone()))?;
        let read = self.slots.insert(key.clone(), Slot::Typed(typed.clone()));
        if let (true, Some(Slot::Raw(raw))) = (self.keeps_before, read) {
            // As it was read, and not as this code writes it.
            typed.0.raw.get_or_init(|| Some(raw));
        }
        Ok(Some(document))
    }

    fn merge(&mut self, staged: BTreeMap<DocKey, Option<Typed>>) {
        for (key, document) in staged {
            let new = document.map_or(Slot::Absent, Slot::Typed);
            let before = match self.slots.get_mut(&key) {
                Some(slot) => Some(std::mem::replace(slot, new)),
                None => self.slots.insert(key.clone(), new),
            };
            // What the batch itself has put there is not what was there before it.
            self.dirty.entry(key).or_insert_with(|| before.filter(|_| self.keeps_before));
        }
    }
}

/// The documents as one event sees and changes them: whole and typed.
pub struct Documents<'a> {
    cache: &'a mut Cache,
    parking: &'a Parking,
    staged: BTreeMap<DocKey, Option<Typed>>,
    touched: BTreeSet<DocKey>,
}

impl<'a> Documents<'a> {
    pub(crate) fn new(cache: &'a mut Cache, parking: &'a Parking) -> Self {
        Self { cache, parking, staged: BTreeMap::new(), touched: BTreeSet::new() }
    }

    /// The document of that id, if there is one.
    ///
    /// # Errors
    /// [`FoldError`], to be passed on.
    pub fn get<D: ReadDocument>(&mut self, id: impl Display) -> Result<Option<D>, FoldError> {
        self.find(&DocKey::of::<D>(id))
    }

    fn find<D: ReadDocument>(&mut self, key: &DocKey) -> Result<Option<D>, FoldError> {
        self.touch(key)?;
        match self.staged.get(key) {
            Some(Some(staged)) => staged.get(key).map(Some),
            Some(None) => Ok(None),
            None => self.cache.get(key),
        }
    }

    /// The document of that id, which must be there.
    ///
    /// # Errors
    /// [`FoldError::Missing`] when it is not; others to be passed on.
    pub fn require<D: ReadDocument>(&mut self, id: impl Display) -> Result<D, FoldError> {
        let key = DocKey::of::<D>(id);
        self.find(&key)?.ok_or(FoldError::Missing(key))
    }

    /// Says which documents will be asked for, so that they are loaded in one go and not one by one.
    ///
    /// # Errors
    /// [`FoldError`], to be passed on.
    pub fn expect<D: ReadDocument>(&mut self, ids: impl IntoIterator<Item: Display>) -> Result<(), FoldError> {
        if self.cache.uncached == Uncached::Absent {
            return Ok(());
        }
        let keys = ids.into_iter().map(|id| DocKey::of::<D>(id));
        let missing = keys.filter(|key| !(self.staged.contains_key(key) || self.cache.is_loaded(key)));
        let missing: Vec<DocKey> = missing.filter(|key| !self.parking.holds(key)).collect();
        if missing.is_empty() { Ok(()) } else { Err(FoldError::NotLoaded(missing)) }
    }

    /// Puts a document there, in place of the one of its id.
    ///
    /// # Errors
    /// [`FoldError`], to be passed on.
    pub fn put<D: ReadDocument>(&mut self, document: D) -> Result<(), FoldError> {
        let key = DocKey::of::<D>(document.key());
        self.touch(&key)?;
        self.staged.insert(key, Some(Typed::new(document)));
        Ok(())
    }

    /// Takes the document of that id away, if there is one.
    ///
    /// # Errors
    /// [`FoldError`], to be passed on.
    pub fn delete<D: ReadDocument>(&mut self, id: impl Display) -> Result<(), FoldError> {
        let key = DocKey::of::<D>(id);
        self.touch(&key)?;
        self.staged.insert(key, None);
        Ok(())
    }

    fn touch(&mut self, key: &DocKey) -> Result<(), FoldError> {
        if !self.touched.contains(key) {
            self.touched.insert(key.clone());
        }
        if self.parking.holds(key) { Err(FoldError::Parked(key.clone())) } else { Ok(()) }
    }

    /// Every key that the event has asked for so far.
    pub(crate) const fn touched(&self) -> &BTreeSet<DocKey> {
        &self.touched
    }

    /// Every key that the event has changed so far.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &DocKey> {
        self.staged.keys()
    }

    /// Keeps the event's changes.
    pub(crate) fn merge(self) {
        self.cache.merge(self.staged);
    }
}
