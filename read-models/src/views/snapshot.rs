//! Several reads at one instant.

use std::marker::PhantomData;
use std::time::Duration;

use bson::{Document, doc};
use event_log::{LogError, TIME_LIMIT, limited};
use futures::TryStreamExt as _;
use mongodb::error::{Error, ErrorKind};
use mongodb::options::{CollectionOptions, ReadConcern};
use mongodb::{ClientSession, Collection, Database};

use serde::de::DeserializeOwned;

use crate::documents::ReadDocument;

/// Pause before a reading that was broken off is done anew.
const PAUSE: Duration = Duration::from_millis(10);

/// The read collections as they were at one instant, that of the first read: a page and its total fit together, and so
/// do a course and its lessons, whatever the projections write meanwhile. All that was committed before is in it.
pub struct Snapshot {
    database: Database,
    session: ClientSession,
}

impl Snapshot {
    async fn begin(database: &Database) -> Result<Self, Error> {
        let session = database.client().start_session().snapshot(true).await?;
        Ok(Self { database: database.clone(), session })
    }

    fn collection<D: ReadDocument>(&self) -> Collection<D> {
        // Said for each collection: the driver would keep the connection's own read concern, and with it read later
        // instants than the first.
        let options = CollectionOptions::builder().read_concern(ReadConcern::snapshot()).build();
        self.database.collection_with_options(D::COLLECTION, options)
    }

    /// The document of that id.
    ///
    /// # Errors
    /// The driver's.
    pub async fn find_one<D: ReadDocument>(&mut self, id: impl std::fmt::Display) -> Result<Option<D>, Error> {
        self.collection::<D>().find_one(doc! { "_id": id.to_string() }).session(&mut self.session).await
    }

    /// The documents that come out of a pipeline of aggregation stages, in its order.
    ///
    /// # Errors
    /// The driver's.
    pub async fn aggregate<D: ReadDocument>(&mut self, pipeline: Vec<Document>) -> Result<Vec<D>, Error> {
        self.computed::<D, D>(pipeline).await
    }

    /// What a pipeline of aggregation stages computes of documents, in its order.
    ///
    /// # Errors
    /// The driver's.
    pub async fn computed<D: ReadDocument, T: DeserializeOwned + Send + Sync>(
        &mut self,
        pipeline: Vec<Document>,
    ) -> Result<Vec<T>, Error> {
        let collection = self.collection::<D>();
        let mut found = collection.aggregate(pipeline).with_type::<T>().session(&mut self.session).await?;
        found.stream(&mut self.session).try_collect().await
    }

    /// The documents that match, in the order of `sort`, without the first `skip` and at most `limit` of them; and how
    /// many match in all.
    ///
    /// # Errors
    /// The driver's.
    pub async fn page<D: ReadDocument>(
        &mut self,
        filter: Document,
        sort: Document,
        (skip, limit): (u64, u32),
    ) -> Result<(Vec<D>, u64), Error> {
        let total = self.count::<D>(filter.clone()).await?;
        let page = vec![
            doc! { "$match": filter },
            doc! { "$sort": sort },
            doc! { "$skip": i64::try_from(skip).unwrap_or(i64::MAX) },
            doc! { "$limit": i64::from(limit) },
        ];
        Ok((self.aggregate(page).await?, total))
    }

    /// How many documents match.
    ///
    /// # Errors
    /// The driver's.
    pub async fn count<D: ReadDocument>(&mut self, filter: Document) -> Result<u64, Error> {
        self.collection::<D>().count_documents(filter).session(&mut self.session).await
    }
}

/// Something to be read from one [`Snapshot`]; it may be read several times. (A trait, since the compiler can't yet be told that
/// the future of an async closure is `Send`.)
pub trait Reading: Sync {
    /// What is read.
    type Output: Send;

    /// Reads it, from the beginning.
    fn read(&self, snapshot: &mut Snapshot) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

/// Reads from one [`Snapshot`], within [`TIME_LIMIT`]. When a swap of collections breaks the reading off, it is done
/// anew: a collection is not to be had in a snapshot until its renaming is majority-committed, and a projection has
/// several.
///
/// # Errors
/// [`LogError::Unavailable`] when MongoDB is away or too slow, [`LogError::Corrupt`] for a document that is none of ours.
pub async fn read_at_once<R: Reading>(database: &Database, reading: &R) -> Result<R::Output, LogError> {
    let until_whole = async {
        loop {
            match once(database, reading).await {
                Err(error) if is_broken_off(&error) => tokio::time::sleep(PAUSE).await,
                outcome => return outcome,
            }
        }
    };
    let limit = limited(TIME_LIMIT);
    match tokio::time::timeout(limit, until_whole).await {
        Ok(outcome) => outcome.map_err(failure),
        Err(_) => Err(LogError::Unavailable(format!("no answer within {limit:?}"))),
    }
}

/// The document of that id; none when it is not there (yet).
///
/// # Errors
/// As [`read_at_once`].
pub async fn load_one<D: ReadDocument>(database: &Database, id: impl std::fmt::Display) -> Result<Option<D>, LogError> {
    read_at_once(database, &OfId::<D>(id.to_string(), PhantomData)).await
}

struct OfId<D>(String, PhantomData<fn() -> D>);

impl<D: ReadDocument> Reading for OfId<D> {
    type Output = Option<D>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        snapshot.find_one(&self.0).await
    }
}

async fn once<R: Reading>(database: &Database, reading: &R) -> Result<R::Output, Error> {
    reading.read(&mut Snapshot::begin(database).await?).await
}

/// Whether the collection, not the server, is what went away: renamed or dropped while it was read, or too new for the
/// snapshot.
fn is_broken_off(error: &Error) -> bool {
    // NamespaceNotFound, CursorNotFound, QueryPlanKilled, CursorKilled, SnapshotTooOld, SnapshotUnavailable.
    const CODES: [i32; 6] = [26, 43, 175, 237, 239, 246];
    matches!(&*error.kind, ErrorKind::Command(failure) if CODES.contains(&failure.code))
}

fn failure(error: Error) -> LogError {
    if matches!(&*error.kind, ErrorKind::Bson(_) | ErrorKind::BsonDeserialization(_)) {
        // The reason is left out: it may quote the document.
        return LogError::Corrupt("a document of a read collection has another shape".into());
    }
    error.into()
}
