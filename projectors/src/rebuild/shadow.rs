//! The new collections, beside those that serve, and how a window comes into them.
//!
//! Their names carry the epoch of whoever works on them: what one writes that has lost the lease and does not know it yet
//! lands beside. Whoever takes over gives them its own epoch.

use std::collections::{BTreeMap, HashMap};
use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::Duration;

use bson::{Document, RawDocumentBuf, doc, rawdoc};
use event_log::{EventLog, LogError, signed, within};
use events::Position;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use mongodb::error::ErrorKind;
use mongodb::options::WriteConcern;
use mongodb::{Collection as Driver, Database};
use read_models::{Collection, PARKED};

use super::RebuildError;
use crate::commands::{DOCUMENT_BYTES, record};
use crate::folding::{Outcome, Parked, Typed};
use crate::store::{Store, reason_of};
use crate::{DocKey, Projection};

/// The longest that a command over a whole collection may take.
const LONG: Duration = Duration::from_secs(600);
/// The longest that one insertion may take.
const INSERT_LIMIT: Duration = Duration::from_secs(30);
/// Documents of one insertion; the driver divides what is too large for a message.
const DOCUMENTS: usize = 2_000;
/// Insertions on the way together.
const AT_ONCE: usize = 3;

/// What an ending of a name means.
const NEW: &str = "__new_";
const STAGED: &str = "__staged_";
const GONE: &str = "__gone_";

/// The new collections of a projection.
pub(super) struct Shadow {
    database: Database,
    pub(super) store: Store,
    projection: Arc<dyn Projection>,
    epoch: i64,
}

/// Why a window does not come into the collections.
pub(super) enum Unwritten {
    /// Documents that their collections' validators refuse, and why.
    Refused(HashMap<DocKey, String>),
    /// Anything else.
    Error(RebuildError),
}

impl<E: Into<RebuildError>> From<E> for Unwritten {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl Shadow {
    /// The new collections as the holder of that epoch has them. Nothing is made yet.
    pub(super) fn new(log: &EventLog, projection: &Arc<dyn Projection>, epoch: i64) -> Self {
        let store = Store::new(log.client(), log.database(), &**projection).beside(&format!("{NEW}{epoch}"));
        Self { database: log.database().clone(), store, projection: projection.clone(), epoch }
    }

    /// The name of the new collection that is to take the place of one.
    pub(super) fn name(&self, collection: &str) -> String {
        format!("{collection}{NEW}{}", self.epoch)
    }

    /// What is parked in the new documents is kept under this name.
    pub(super) fn parked_name(&self) -> String {
        format!("rebuild:{}", self.projection.name())
    }

    fn collections(&self) -> &'static [Collection] {
        self.projection.collections()
    }

    /// Throws away what there is, and makes the collections, empty and without indexes.
    pub(super) async fn begin(&self) -> Result<(), RebuildError> {
        self.discard().await?;
        for collection in self.collections() {
            collection.create_bare(&self.database, &self.name(collection.name)).await?;
        }
        Ok(())
    }

    /// Throws away everything that is not yet in its place.
    pub(super) async fn discard(&self) -> Result<(), RebuildError> {
        for (name, _) in self.all(&[NEW, STAGED, GONE]).await? {
            within(LONG, self.database.collection::<Document>(&name).drop().into_future()).await?;
        }
        let parked = doc! { "projection": self.parked_name() };
        let all = self.driver_of(PARKED.name);
        within(LONG, all.delete_many(parked).into_future()).await?;
        Ok(())
    }

    /// Gives the collections of the one who had them before, the latest of earlier ones, this one's names.
    pub(super) async fn take_over(&self) -> Result<(), RebuildError> {
        for kind in [NEW, STAGED, GONE] {
            let mut latest: BTreeMap<String, i64> = BTreeMap::new();
            let found = self.all(&[kind]).await?;
            for (name, epoch) in &found {
                let base = name.split(kind).next().unwrap_or(name).to_owned();
                let entry = latest.entry(base).or_insert(*epoch);
                *entry = (*entry).max(*epoch);
            }
            for (name, epoch) in found {
                let base = name.split(kind).next().unwrap_or(&name).to_owned();
                if latest.get(&base) != Some(&epoch) {
                    within(LONG, self.database.collection::<Document>(&name).drop().into_future()).await?;
                } else if epoch != self.epoch {
                    rename(&self.database, &name, &format!("{base}{kind}{}", self.epoch)).await?;
                }
            }
        }
        Ok(())
    }

    /// The collections of these kinds that there are, with their epochs.
    async fn all(&self, kinds: &[&str]) -> Result<Vec<(String, i64)>, RebuildError> {
        let names = within(INSERT_LIMIT, self.database.list_collection_names().into_future()).await?;
        let mut found = Vec::new();
        for name in names {
            let own = self.collections().iter().find_map(|collection| {
                let rest = name.strip_prefix(collection.name)?;
                kinds.iter().find_map(|kind| rest.strip_prefix(kind)?.parse::<i64>().ok())
            });
            found.extend(own.map(|epoch| (name, epoch)));
        }
        Ok(found)
    }

    /// What is parked in the new documents up to a position. What was parked after it is forgotten: it will be again.
    pub(super) async fn parked(&self, at: Position) -> Result<HashMap<DocKey, Parked>, RebuildError> {
        let later = doc! { "projection": self.parked_name(), "position": { "$gt": signed(at)? } };
        let all = self.driver_of(PARKED.name);
        within(INSERT_LIMIT, all.delete_many(later).into_future()).await?;
        Ok(self.store.parked_as(&self.parked_name()).await?)
    }

    /// Writes what is parked.
    pub(super) async fn park(&self, parked: &BTreeMap<DocKey, Parked>) -> Result<(), RebuildError> {
        let name = self.parked_name();
        let records = self.database.collection::<read_models::Parked>(PARKED.name);
        for (key, parked) in parked {
            let record = record(&name, key, parked)?;
            let filter = doc! { "_id": &record.id };
            within(INSERT_LIMIT, records.replace_one(filter, record).upsert(true).into_future()).await?;
        }
        Ok(())
    }

    /// Writes a first window: the collections are empty.
    pub(super) async fn insert(&self, outcome: &Outcome<'_>) -> Result<(), Unwritten> {
        self.insert_into(outcome, |collection| self.name(collection)).await
    }

    /// Writes a later window beside, where it waits to be merged.
    pub(super) async fn stage(&self, outcome: &Outcome<'_>) -> Result<(), Unwritten> {
        self.unstage().await?;
        for collection in self.collections() {
            collection.create_bare(&self.database, &self.staged(collection.name)).await?;
        }
        self.insert_into(outcome, |collection| self.staged(collection)).await?;
        for (collection, documents) in outcome {
            let gone = documents.iter().filter(|(_, document)| document.is_none());
            let gone: Vec<RawDocumentBuf> = gone.map(|(key, _)| rawdoc! { "_id": key.id() }).collect();
            let into = self.driver(&format!("{collection}{GONE}{}", self.epoch));
            for ids in gone.chunks(DOCUMENTS) {
                within(INSERT_LIMIT, into.insert_many(ids).into_future()).await?;
            }
        }
        Ok(())
    }

    /// Merges the window that waits into the collections. Done twice it does what it does once.
    pub(super) async fn merge(&self) -> Result<(), RebuildError> {
        for (name, _) in self.all(&[GONE]).await? {
            let base = name.split(GONE).next().unwrap_or(&name);
            let ids: Vec<Document> =
                within(LONG, async { self.driver_of(&name).find(doc! {}).await?.try_collect().await }).await?;
            let ids: Vec<&str> = ids.iter().filter_map(|document| document.get_str("_id").ok()).collect();
            for ids in ids.chunks(DOCUMENTS) {
                let filter = doc! { "_id": { "$in": ids } };
                within(LONG, self.driver_of(&self.name(base)).delete_many(filter).into_future()).await?;
            }
        }
        for collection in self.collections() {
            let into = self.name(collection.name);
            let merge = doc! { "$merge": { "into": into, "whenMatched": "replace", "whenNotMatched": "insert" } };
            let staged = self.driver_of(&self.staged(collection.name));
            within(LONG, async { staged.aggregate(vec![merge]).await?.try_collect::<Vec<_>>().await }).await?;
        }
        Ok(())
    }

    /// Throws the window away that waited.
    pub(super) async fn unstage(&self) -> Result<(), RebuildError> {
        for (name, _) in self.all(&[STAGED, GONE]).await? {
            within(LONG, self.database.collection::<Document>(&name).drop().into_future()).await?;
        }
        Ok(())
    }

    /// Marks the documents that are parked.
    pub(super) async fn mark_stale(&self, keys: impl Iterator<Item = &DocKey>) -> Result<(), RebuildError> {
        for key in keys.filter(|key| !key.is_stream()) {
            let stale = doc! { "$set": { "stale": true } };
            let documents = self.driver_of(&self.name(key.collection()));
            let update = documents.update_one(doc! { "_id": key.id() }, stale);
            within(INSERT_LIMIT, update.into_future()).await?;
        }
        Ok(())
    }

    /// Makes the indexes.
    pub(super) async fn index(&self) -> Result<(), RebuildError> {
        for collection in self.collections() {
            collection.create_indexes(&self.database, &self.name(collection.name), LONG).await?;
        }
        Ok(())
    }

    fn staged(&self, collection: &str) -> String {
        format!("{collection}{STAGED}{}", self.epoch)
    }

    fn driver(&self, name: &str) -> Driver<RawDocumentBuf> {
        // The record that is written after it, by the majority, stands for all that was written before.
        let options = mongodb::options::CollectionOptions::builder().write_concern(WriteConcern::nodes(1)).build();
        self.database.collection_with_options(name, options)
    }

    fn driver_of(&self, name: &str) -> Driver<Document> {
        self.database.collection(name)
    }

    async fn insert_into(&self, outcome: &Outcome<'_>, name: impl Fn(&str) -> String + Sync) -> Result<(), Unwritten> {
        let chunks = outcome.values().flat_map(|documents| documents.chunks(DOCUMENTS));
        let inserting: Vec<BoxFuture<'_, _>> = chunks.map(|chunk| self.insert_chunk(chunk, &name).boxed()).collect();
        let mut inserted = futures::stream::iter(inserting).buffer_unordered(AT_ONCE);
        let mut refused = HashMap::new();
        while let Some(more) = inserted.try_next().await? {
            refused.extend(more);
        }
        if refused.is_empty() { Ok(()) } else { Err(Unwritten::Refused(refused)) }
    }

    /// Inserts documents of one collection; gives those that can't be, and why.
    async fn insert_chunk(
        &self,
        documents: &[(&DocKey, Option<&Typed>)],
        name: &(impl Fn(&str) -> String + Sync),
    ) -> Result<HashMap<DocKey, String>, RebuildError> {
        let (mut refused, mut chunk) = (HashMap::new(), Vec::with_capacity(documents.len()));
        for (key, document) in documents.iter().filter_map(|(key, document)| Some((*key, (*document)?))) {
            match document.encode() {
                None => _ = refused.insert(key.clone(), "it has no BSON form".to_owned()),
                Some(raw) if raw.as_bytes().len() >= DOCUMENT_BYTES => {
                    refused.insert(key.clone(), "it is too large".to_owned());
                }
                Some(raw) => chunk.push((key, raw)),
            }
        }
        let Some((first, _)) = chunk.first() else { return Ok(refused) };
        let into = self.driver(&name(first.collection()));
        let documents = chunk.iter().map(|(_, document)| document);
        let inserting = tokio::time::timeout(INSERT_LIMIT, into.insert_many(documents).ordered(false).into_future());
        let error = match inserting.await {
            Ok(Ok(_)) => return Ok(refused),
            Ok(Err(error)) => error,
            Err(_) => return Err(LogError::Unavailable("an insertion took too long".into()).into()),
        };
        let ErrorKind::InsertMany(failure) = &*error.kind else { return Err(error.into()) };
        let failures = failure.write_errors.iter().flatten();
        for failure in failures {
            let key = chunk.get(failure.index).map(|(key, _): &(&DocKey, _)| (*key).clone());
            refused.extend(key.map(|key| (key, reason_of(failure.code))));
        }
        if refused.is_empty() { Err(error.into()) } else { Ok(refused) }
    }
}

/// Renames a collection; what has the new name already is dropped. Atomic.
pub(super) async fn rename(database: &Database, from: &str, to: &str) -> Result<(), RebuildError> {
    let full = |name: &str| format!("{}.{name}", database.name());
    let command = doc! { "renameCollection": full(from), "to": full(to), "dropTarget": true };
    let admin = database.client().database("admin");
    within(LONG, admin.run_command(command).into_future()).await?;
    Ok(())
}
