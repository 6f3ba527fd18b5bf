//! What a projection is.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use events::{RecordedEvent, StoredEvent, StreamId, StreamType};
use read_models::{Collection, ReadDocument, projections_of};

use crate::folding::{Documents, FoldError};

/// The address of a document: what is loaded, written and parked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocKey {
    collection: Cow<'static, str>,
    id: String,
}

impl DocKey {
    /// The document of that type with that id.
    pub fn of<D: ReadDocument>(id: impl fmt::Display) -> Self {
        Self { collection: Cow::Borrowed(D::COLLECTION), id: id.to_string() }
    }

    /// A stream in place of documents: what is parked when an event can't be read and its documents not be told.
    #[must_use]
    pub fn stream(stream: &StreamId) -> Self {
        Self { collection: Cow::Owned(format!("stream:{}", stream.stream_type())), id: stream.id().to_owned() }
    }

    /// The key as a park record has it.
    pub(crate) fn stored(collection: &str, id: &str) -> Self {
        Self { collection: Cow::Owned(collection.to_owned()), id: id.to_owned() }
    }

    /// The collection; `stream:<type>` for a stream.
    #[must_use]
    pub fn collection(&self) -> &str {
        &self.collection
    }

    /// The document's `_id`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it stands for a stream, so that there is no document.
    pub(crate) fn is_stream(&self) -> bool {
        self.collection.starts_with("stream:")
    }
}

impl fmt::Display for DocKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.collection, self.id)
    }
}

/// A read model: a fold of the log into documents of its own collections.
///
/// What makes rebuilds equal, and retries possible:
/// - `fold` depends on the event and on the projection's own documents only: no clock, no randomness, no other
///   projection's collection.
/// - It replaces whole typed documents. Nothing else than [`Documents`] is written.
/// - **Keys connect.** `keys` names every document that the event is known to touch from its fields alone. Documents
///   that `fold` reaches through other documents (all courses of a person, say) must be connected to those by the keys
///   of *some* event: the course's creation names course and person. A retry folds anew what is connected, and nothing
///   else; parking queues what shares a key.
/// - An event without keys is ignored: `fold` is not called.
/// - Every `match` over events names each of them.
pub trait Projection: Send + Sync + 'static {
    /// Its name: of its lease, its checkpoint, its announcements, and in the API. Never changed.
    fn name(&self) -> &'static str;

    /// Version of its code: raised when the same events give other documents, which asks for a rebuild.
    fn version(&self) -> u32;

    /// The collections that it alone writes.
    fn collections(&self) -> &'static [Collection];

    /// Whether events of these streams may concern it; others are not even opened. Commands wait for the same, see
    /// [`projections_of`]; a projection that they don't wait for says so itself.
    fn handles(&self, stream: StreamType) -> bool {
        projections_of(stream).contains(&self.name())
    }

    /// The least time from a transaction of several events to the next. While they keep coming they gather, where no
    /// command waits for them, and leave the database to those that are waited for; an event that comes alone is written
    /// at once, and so is the next.
    fn pace(&self) -> Duration {
        Duration::ZERO
    }

    /// Whether each document of a collection is made by one event, and touched by no other: then it can't be there yet,
    /// and is not looked for.
    fn writes_once(&self, _collection: &str) -> bool {
        false
    }

    /// The documents that an event touches, from its fields alone.
    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey>;

    /// The documents that an event touches which this code can't read, from its envelope alone. When none can be told
    /// the stream itself is parked.
    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey>;

    /// Takes in one event. All of its changes are kept, or on an error none.
    ///
    /// # Errors
    /// [`FoldError`]: from `docs`, to be passed on, or of its own; the event's documents are then parked.
    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError>;

    /// Takes in an event that this code can't read, from its envelope alone, as its [`Projection::unreadable_keys`] do:
    /// for a projection that reads nothing else. None when the envelope is not enough; the documents are then parked.
    ///
    /// # Errors
    /// As [`Projection::fold`].
    fn fold_unreadable(&self, _event: &StoredEvent, _docs: &mut Documents<'_>) -> Option<Result<(), FoldError>> {
        None
    }
}
