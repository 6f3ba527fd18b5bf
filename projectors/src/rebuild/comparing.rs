//! The new documents against those that serve, at the same position, while those go on.

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

use super::shadow::Shadow;
use crate::Projection;

/// The longest that it may take: MongoDB keeps an instant for five minutes.
const LIMIT: Duration = Duration::from_secs(270);
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
                let find = live.find(doc! {}).sort(doc! { "_id": 1 }).batch_size(2_000);
                let mut cursor = find.session(&mut self.session).await?;
                let live: Documents<'_> = Box::pin(cursor.stream(&mut self.session));
                let new = self.database.collection::<RawDocumentBuf>(&shadow.name(collection.name));
                let new = new.find(doc! {}).sort(doc! { "_id": 1 }).batch_size(2_000).await?;
                merge(collection.name, live, Box::pin(new), &mut verification).await?;
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

/// Goes through both sides, which are in the order of their ids.
async fn merge(
    collection: &str,
    mut live: Documents<'_>,
    mut new: Documents<'_>,
    verification: &mut Verification,
) -> Result<(), Error> {
    let (mut left, mut right) = (fresh(&mut live).await?, fresh(&mut new).await?);
    loop {
        let ids = (left.as_ref().map(id), right.as_ref().map(id));
        let (id, is_same) = match ids {
            (None, None) => return Ok(()),
            (Some(one), Some(other)) if one == other => (one, same(left.as_ref(), right.as_ref())),
            (Some(one), other) if other.as_ref().is_none_or(|other| one < *other) => (one, false),
            (_, Some(other)) => (other, false),
            (Some(one), None) => (one, false),
        };
        verification.compared += 1;
        if !is_same {
            verification.differing += 1;
            if verification.examples.len() < EXAMPLES {
                verification.examples.push(format!("{collection}/{id}"));
            }
        }
        if left.as_ref().is_some_and(|one| self::id(one) == id) {
            left = fresh(&mut live).await?;
        }
        if right.as_ref().is_some_and(|one| self::id(one) == id) {
            right = fresh(&mut new).await?;
        }
    }
}

/// The next document that follows the log: one that is parked need not be the same on both sides.
async fn fresh(documents: &mut Documents<'_>) -> Result<Option<RawDocumentBuf>, Error> {
    while let Some(document) = documents.next().await.transpose()? {
        if !document.get_bool("stale").unwrap_or(false) {
            return Ok(Some(document));
        }
    }
    Ok(None)
}

fn id(document: &RawDocumentBuf) -> String {
    document.get_str("_id").unwrap_or_default().to_owned()
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
