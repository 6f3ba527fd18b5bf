//! The documents as one event sees and changes them.

use std::fmt::Display;

use read_models::ReadDocument;

use super::cache::{Held, Typed};
use super::{Cache, Parking, Slot};
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

/// The documents as one event sees and changes them: whole and typed. Its changes are in the cache at once; they are taken
/// back when this is dropped, unless they were kept.
pub struct Documents<'a> {
    cache: &'a mut Cache,
    parking: &'a Parking,
    /// What was asked for, and not changed.
    seen: Vec<DocKey>,
    /// What was changed, and what was there before each change.
    changed: Vec<(DocKey, Option<Held>)>,
}

impl<'a> Documents<'a> {
    pub(crate) const fn new(cache: &'a mut Cache, parking: &'a Parking) -> Self {
        Self { cache, parking, seen: Vec::new(), changed: Vec::new() }
    }

    /// The document of that id, if there is one.
    ///
    /// # Errors
    /// [`FoldError`], to be passed on.
    pub fn get<D: ReadDocument>(&mut self, id: impl Display) -> Result<Option<D>, FoldError> {
        let key = DocKey::of::<D>(id);
        let found = self.find(&key);
        self.seen.push(key);
        found
    }

    /// The document of that id, which must be there.
    ///
    /// # Errors
    /// [`FoldError::Missing`] when it is not; others to be passed on.
    pub fn require<D: ReadDocument>(&mut self, id: impl Display) -> Result<D, FoldError> {
        let key = DocKey::of::<D>(id);
        let found = self.find(&key).and_then(|found| found.ok_or_else(|| FoldError::Missing(key.clone())));
        self.seen.push(key);
        found
    }

    fn find<D: ReadDocument>(&mut self, key: &DocKey) -> Result<Option<D>, FoldError> {
        self.is_free(key)?;
        self.cache.get(key)
    }

    /// Says which documents will be asked for, so that they are loaded in one go and not one by one.
    ///
    /// # Errors
    /// [`FoldError`], to be passed on.
    pub fn expect<D: ReadDocument>(&mut self, ids: impl IntoIterator<Item: Display>) -> Result<(), FoldError> {
        if !self.cache.loads() {
            return Ok(());
        }
        let keys = ids.into_iter().map(|id| DocKey::of::<D>(id));
        let missing = keys.filter(|key| !(self.cache.is_loaded(key) || self.parking.holds(key)));
        let missing: Vec<DocKey> = missing.collect();
        if missing.is_empty() { Ok(()) } else { Err(FoldError::NotLoaded(missing)) }
    }

    /// Puts a document there, in place of the one of its id.
    ///
    /// # Errors
    /// [`FoldError`], to be passed on.
    pub fn put<D: ReadDocument>(&mut self, document: D) -> Result<(), FoldError> {
        self.change(DocKey::of::<D>(document.key()), Slot::Typed(Typed::new(document)))
    }

    /// Takes the document of that id away, if there is one.
    ///
    /// # Errors
    /// [`FoldError`], to be passed on.
    pub fn delete<D: ReadDocument>(&mut self, id: impl Display) -> Result<(), FoldError> {
        self.change(DocKey::of::<D>(id), Slot::Absent)
    }

    fn change(&mut self, key: DocKey, slot: Slot) -> Result<(), FoldError> {
        if let Err(error) = self.is_free(&key) {
            self.seen.push(key);
            return Err(error);
        }
        let before = self.cache.change(&key, slot);
        self.changed.push((key, before));
        Ok(())
    }

    fn is_free(&self, key: &DocKey) -> Result<(), FoldError> {
        if self.parking.holds(key) { Err(FoldError::Parked(key.clone())) } else { Ok(()) }
    }

    /// Every key that the event has asked for so far, or changed; some more than once.
    pub(crate) fn touched(&self) -> impl Iterator<Item = &DocKey> {
        self.seen.iter().chain(self.changed())
    }

    /// Every key that the event has changed so far; some more than once.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &DocKey> {
        self.changed.iter().map(|(key, _)| key)
    }

    /// Keeps the event's changes.
    pub(crate) fn keep(mut self) {
        self.changed.clear();
    }
}

impl Drop for Documents<'_> {
    fn drop(&mut self) {
        for (key, before) in self.changed.drain(..).rev() {
            self.cache.take_back(key, before);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use events::{CourseId, Timestamp, UserId};
    use read_models::UserCourse;
    use uuid::Uuid;

    use super::*;
    use crate::folding::{Change, Uncached};

    fn id(number: u128) -> CourseId {
        CourseId::new(Uuid::from_u128(number))
    }

    fn course(number: u128, published: bool) -> UserCourse {
        UserCourse { id: id(number), instructor_id: UserId::new(Uuid::from_u128(9)), published, stale: false }
    }

    #[test]
    fn what_is_not_kept_is_as_if_it_had_not_been() {
        let parking = Parking::none(Timestamp::new(DateTime::UNIX_EPOCH));
        let mut cache = Cache::new(Uncached::Absent);
        let mut kept = Documents::new(&mut cache, &parking);
        kept.put(course(1, false)).unwrap();
        kept.keep();

        let mut dropped = Documents::new(&mut cache, &parking);
        dropped.put(course(1, true)).unwrap();
        dropped.delete::<UserCourse>(id(1)).unwrap();
        dropped.put(course(2, true)).unwrap();
        dropped.put(course(2, false)).unwrap();
        assert!(dropped.get::<UserCourse>(id(1)).unwrap().is_none(), "its own changes are seen by the event itself");
        assert!(dropped.get::<UserCourse>(id(2)).unwrap().is_some_and(|course| !course.published));
        let touched: Vec<&str> = dropped.touched().map(DocKey::id).collect();
        assert!([id(1), id(2)].iter().all(|id| touched.contains(&id.to_string().as_str())), "{touched:?}");
        drop(dropped);

        let mut after = Documents::new(&mut cache, &parking);
        assert!(after.get::<UserCourse>(id(1)).unwrap().is_some_and(|course| !course.published));
        assert!(after.get::<UserCourse>(id(2)).unwrap().is_none());
        drop(after);
        let changes = cache.changes();
        assert_eq!(changes.len(), 1, "{:?}", changes.keys());
        assert!(matches!(changes.get(&DocKey::of::<UserCourse>(id(1))), Some(Change::Put { before: None, .. })));
        assert_eq!(cache.len(), 1, "what was put first is gone altogether");
    }
}
