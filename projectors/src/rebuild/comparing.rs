//! The new documents against those that serve, at the same position, while those go on.

use std::cmp::Ordering;
use std::hash::BuildHasher as _;
use std::time::Duration;

use bson::{Document, RawDocument, RawDocumentBuf, doc};
use event_log::{EventLog, LogError};
use events::Position;
use foldhash::quality::RandomState;
use futures::{Stream, StreamExt as _};
use mongodb::error::Error;
use mongodb::options::{CollectionOptions, ReadConcern};
use mongodb::raw_batch_cursor::RawBatch;
use mongodb::{ClientSession, Collection as Driver, Database};
use read_models::{Checkpoint, PROJECTIONS, Verification};
use tokio::sync::mpsc;

use super::shadow::Shadow;
use crate::Projection;

/// The longest that it may take: MongoDB keeps an instant for five minutes.
const LIMIT: Duration = Duration::from_secs(270);
/// Documents of one answer of MongoDB.
const BATCH: u32 = 2_000;
/// Answers of a side that may wait to be compared.
const AHEAD: usize = 1;
/// Differing documents that are named.
const EXAMPLES: usize = 20;

/// The documents that serve, as they were at one instant.
pub(super) struct Live {
    database: Database,
    session: ClientSession,
    /// What they are the fold of.
    pub(super) position: Position,
}

impl Live {
    /// The instant is now.
    pub(super) async fn begin(log: &EventLog, projection: &dyn Projection) -> Result<Self, LogError> {
        let database = log.database().clone();
        let mut session = log.client().start_session().snapshot(true).await?;
        let checkpoints = database.collection_with_options::<Checkpoint>(PROJECTIONS.name, snapshot());
        let found = checkpoints.find_one(doc! { "_id": projection.name() }).session(&mut session).await?;
        let position = found.map_or(0, |checkpoint| checkpoint.position);
        Ok(Self { database, session, position })
    }

    /// Compares all documents; the new ones must be at the same position. Fingerprints tell whether a collection is the
    /// same; where it is not, its documents are gone through one by one.
    pub(super) async fn compare(
        mut self,
        projection: &dyn Projection,
        shadow: &Shadow,
    ) -> Result<Verification, LogError> {
        let mut verification = Verification { position: self.position, ..Verification::default() };
        let hashers = [RandomState::default(), RandomState::default()];
        let comparing = async {
            for collection in projection.collections() {
                let new = self.database.collection::<RawDocumentBuf>(&shadow.name(collection.name));
                let (live, rebuilt) = self.fingerprints(collection.name, &new, &hashers).await?;
                if live == rebuilt {
                    verification.compared += live.documents;
                } else {
                    self.differences(collection.name, &new, &mut verification).await?;
                }
            }
            Ok::<_, Error>(())
        };
        match tokio::time::timeout(LIMIT, comparing).await {
            Ok(compared) => compared.map(|()| verification).map_err(LogError::from),
            Err(_) => Err(LogError::Unavailable(format!("not compared within {LIMIT:?}"))),
        }
    }

    /// Those of the documents that serve and of the new ones, read in whatever order is the fastest, side by side.
    async fn fingerprints(
        &mut self,
        collection: &str,
        new: &Driver<RawDocumentBuf>,
        hashers: &[RandomState; 2],
    ) -> Result<(Fingerprint, Fingerprint), Error> {
        let live = self.database.collection_with_options::<RawDocumentBuf>(collection, snapshot());
        let mut cursor = live.find(doc! {}).batch_size(BATCH).session(&mut self.session).batch().await?;
        let live = cursor.stream(&mut self.session);
        let new = new.find(doc! {}).batch_size(BATCH).batch().await?;
        tokio::try_join!(Fingerprint::of(live, hashers), Fingerprint::of(new, hashers))
    }

    /// Goes through all documents of a collection, and counts and names those that differ.
    async fn differences(
        &mut self,
        collection: &str,
        new: &Driver<RawDocumentBuf>,
        verification: &mut Verification,
    ) -> Result<(), Error> {
        let live = self.database.collection_with_options::<RawDocumentBuf>(collection, snapshot());
        let find = live.find(doc! {}).sort(doc! { "_id": 1 }).batch_size(BATCH);
        let mut cursor = find.session(&mut self.session).batch().await?;
        let live = cursor.stream(&mut self.session);
        let new = new.find(doc! {}).sort(doc! { "_id": 1 }).batch_size(BATCH).batch().await?;
        // Each side is read ahead, so that MongoDB works on both at the same time.
        let (to_left, left) = mpsc::channel(AHEAD);
        let (to_right, right) = mpsc::channel(AHEAD);
        let merging = async {
            merge(collection, Side::of(left), Side::of(right), verification).await;
            Ok(())
        };
        tokio::try_join!(feed(live, to_left), feed(new, to_right), merging)?;
        Ok(())
    }
}

fn snapshot() -> CollectionOptions {
    CollectionOptions::builder().read_concern(ReadConcern::snapshot()).build()
}

/// What documents are, in whatever order: how many, and the sum of their hashes, whose seeds are drawn anew each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fingerprint {
    documents: u64,
    sum: u128,
}

impl Fingerprint {
    async fn of(
        batches: impl Stream<Item = Result<RawBatch, Error>>,
        hashers: &[RandomState; 2],
    ) -> Result<Self, Error> {
        let mut batches = std::pin::pin!(batches);
        let mut fingerprint = Self::default();
        while let Some(batch) = batches.next().await.transpose()? {
            for document in following(&batch)? {
                fingerprint.add(document?, hashers);
            }
        }
        Ok(fingerprint)
    }

    fn add(&mut self, document: &RawDocument, hashers: &[RandomState; 2]) {
        let [one, other] = hashers.each_ref().map(|hasher| u128::from(hasher.hash_one(document.as_bytes())));
        self.documents += 1;
        self.sum = self.sum.wrapping_add(one << u64::BITS | other);
    }
}

/// The documents of an answer that follow the log: one that is parked need not be the same on both sides.
fn following(batch: &RawBatch) -> Result<impl Iterator<Item = Result<&RawDocument, Error>>, Error> {
    let documents = batch.doc_slices()?.into_iter().map(|document| {
        document?.as_document().ok_or_else(|| Error::custom("an answer that holds something else than documents"))
    });
    let is_stale = |document: &RawDocument| document.get_bool("stale").unwrap_or(false);
    Ok(documents.filter(move |document| !document.as_ref().is_ok_and(|document| is_stale(document))))
}

/// Passes on the documents that follow the log.
async fn feed(
    batches: impl Stream<Item = Result<RawBatch, Error>>,
    into: mpsc::Sender<Vec<RawDocumentBuf>>,
) -> Result<(), Error> {
    let mut batches = std::pin::pin!(batches);
    while let Some(batch) = batches.next().await.transpose()? {
        let documents = following(&batch)?.map(|document| document.map(RawDocument::to_owned));
        if into.send(documents.collect::<Result<_, _>>()?).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// The documents of one side, in the order of their ids.
struct Side {
    batch: std::vec::IntoIter<RawDocumentBuf>,
    batches: mpsc::Receiver<Vec<RawDocumentBuf>>,
}

impl Side {
    fn of(batches: mpsc::Receiver<Vec<RawDocumentBuf>>) -> Self {
        Self { batch: Vec::new().into_iter(), batches }
    }

    async fn next(&mut self) -> Option<RawDocumentBuf> {
        loop {
            if let Some(document) = self.batch.next() {
                return Some(document);
            }
            self.batch = self.batches.recv().await?.into_iter();
        }
    }
}

/// Goes through both sides, which are in the order of their ids.
async fn merge(collection: &str, mut live: Side, mut new: Side, verification: &mut Verification) {
    let (mut left, mut right) = (live.next().await, new.next().await);
    loop {
        let order = match (&left, &right) {
            (None, None) => return,
            (Some(one), Some(other)) => id(one).cmp(id(other)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
        };
        verification.compared += 1;
        let (one, other) = (left.as_ref().filter(|_| order.is_le()), right.as_ref().filter(|_| order.is_ge()));
        if !same(one, other) {
            verification.differing += 1;
            if verification.examples.len() < EXAMPLES {
                let id = one.or(other).map(id).unwrap_or_default();
                verification.examples.push(format!("{collection}/{id}"));
            }
        }
        if order.is_le() {
            left = live.next().await;
        }
        if order.is_ge() {
            right = new.next().await;
        }
    }
}

fn id(document: &RawDocumentBuf) -> &str {
    document.get_str("_id").unwrap_or_default()
}

fn same(one: Option<&RawDocumentBuf>, other: Option<&RawDocumentBuf>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    one.as_bytes() == other.as_bytes() || by_fields(one).is_some_and(|fields| Some(fields) == by_fields(other))
}

/// A document regardless of the order of its fields.
fn by_fields(document: &RawDocumentBuf) -> Option<Vec<(String, bson::Bson)>> {
    let document = Document::try_from(document).ok()?;
    let mut fields: Vec<_> = document.into_iter().collect();
    fields.sort_by(|one, other| one.0.cmp(&other.0));
    Some(fields)
}

#[cfg(test)]
mod tests {
    use bson::rawdoc;

    use super::*;

    #[test]
    fn a_fingerprint_is_of_all_documents_and_of_no_order() {
        let hashers = [RandomState::default(), RandomState::default()];
        let of = |documents: &[RawDocumentBuf]| {
            let mut fingerprint = Fingerprint::default();
            documents.iter().for_each(|document| fingerprint.add(document, &hashers));
            fingerprint
        };
        let (one, two, three) = (rawdoc! { "_id": "1" }, rawdoc! { "_id": "2" }, rawdoc! { "_id": "2", "more": true });
        let both = of(&[one.clone(), two.clone()]);
        assert_eq!(both, of(&[two.clone(), one.clone()]));
        for other in [vec![], vec![one.clone()], vec![one.clone(), three], vec![one.clone(), one.clone(), two]] {
            assert_ne!(both, of(&other), "{other:?}");
        }
    }
}
