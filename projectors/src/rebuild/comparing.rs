//! The new documents against those that serve, at the same position, while those go on.

use std::cmp::Ordering;
use std::pin::Pin;
use std::time::Duration;

use bson::{Document, RawDocumentBuf, doc};
use event_log::{EventLog, LogError};
use events::Position;
use futures::{Stream, StreamExt as _};
use mongodb::error::Error;
use mongodb::options::{CollectionOptions, ReadConcern};
use mongodb::{ClientSession, Database};
use read_models::{Checkpoint, PROJECTIONS, Verification};
use tokio::sync::mpsc;

use super::shadow::Shadow;
use crate::Projection;

/// The longest that it may take: MongoDB keeps an instant for five minutes.
const LIMIT: Duration = Duration::from_secs(270);
/// Documents of one answer of MongoDB.
const BATCH: u32 = 2_000;
/// Documents of a side that may wait to be compared.
const AHEAD: usize = 2_000;
/// Differing documents that are named.
const EXAMPLES: usize = 20;

/// The documents that serve, as they were at one instant.
pub(super) struct Live {
    database: Database,
    session: ClientSession,
    /// What they are the fold of.
    pub(super) position: Position,
}

type Documents<'a> = Pin<Box<dyn Stream<Item = Result<RawDocumentBuf, Error>> + Send + 'a>>;

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

    /// Compares all documents; the new ones must be at the same position.
    pub(super) async fn compare(
        mut self,
        projection: &dyn Projection,
        shadow: &Shadow,
    ) -> Result<Verification, LogError> {
        let mut verification = Verification { position: self.position, ..Verification::default() };
        let comparing = async {
            for collection in projection.collections() {
                let live = self.database.collection_with_options::<RawDocumentBuf>(collection.name, snapshot());
                let find = live.find(doc! {}).sort(doc! { "_id": 1 }).batch_size(BATCH);
                let mut cursor = find.session(&mut self.session).await?;
                let live: Documents<'_> = Box::pin(cursor.stream(&mut self.session));
                let new = self.database.collection::<RawDocumentBuf>(&shadow.name(collection.name));
                let new = new.find(doc! {}).sort(doc! { "_id": 1 }).batch_size(BATCH).await?;
                // Each side is read ahead, so that MongoDB works on both at the same time.
                let (to_left, left) = mpsc::channel(AHEAD);
                let (to_right, right) = mpsc::channel(AHEAD);
                let merging = async {
                    merge(collection.name, left, right, &mut verification).await;
                    Ok(())
                };
                tokio::try_join!(feed(live, to_left), feed(Box::pin(new), to_right), merging)?;
            }
            Ok::<_, Error>(())
        };
        match tokio::time::timeout(LIMIT, comparing).await {
            Ok(compared) => compared.map(|()| verification).map_err(LogError::from),
            Err(_) => Err(LogError::Unavailable(format!("not compared within {LIMIT:?}"))),
        }
    }
}

fn snapshot() -> CollectionOptions {
    CollectionOptions::builder().read_concern(ReadConcern::snapshot()).build()
}

/// Passes on the documents that follow the log: one that is parked need not be the same on both sides.
async fn feed(mut documents: Documents<'_>, into: mpsc::Sender<RawDocumentBuf>) -> Result<(), Error> {
    while let Some(document) = documents.next().await.transpose()? {
        if !document.get_bool("stale").unwrap_or(false) && into.send(document).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// Goes through both sides, which are in the order of their ids.
async fn merge(
    collection: &str,
    mut live: mpsc::Receiver<RawDocumentBuf>,
    mut new: mpsc::Receiver<RawDocumentBuf>,
    verification: &mut Verification,
) {
    let (mut left, mut right) = (live.recv().await, new.recv().await);
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
            left = live.recv().await;
        }
        if order.is_ge() {
            right = new.recv().await;
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
