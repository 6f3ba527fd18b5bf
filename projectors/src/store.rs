//! Documents and checkpoint in MongoDB: loaded by key, written in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use bson::{RawDocumentBuf, doc};
use chrono::Utc;
use event_log::{
    DUPLICATE_KEY, LogError, RefusedStatement, VALIDATION_FAILURE, WRITE_CONFLICT, commit_transaction,
    is_duplicate_key, signed, within,
};
use events::{Position, Timestamp};
use futures::TryStreamExt as _;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR};
use mongodb::options::{Acknowledgment, ReadConcern, WriteConcern};
use mongodb::{Client, ClientSession, Collection, Database};
use read_models::{Checkpoint, PARKED, PROJECTIONS, ProjectionState};

use crate::commands::{Command, commands};
use crate::folding::{Cache, Change, Parked};
use crate::{DocKey, Projection};

/// The longest that one reading may take.
const READ_LIMIT: Duration = Duration::from_secs(5);
/// The longest that one transaction may take; MongoDB's own limit is a minute.
const COMMIT_LIMIT: Duration = Duration::from_secs(20);
/// How often a batch is tried again when another transaction is in its way, before the worker begins anew, and the pause
/// before each.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(2);

/// Why a batch could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    /// Another transaction was in the way, again and again; nothing was written.
    #[error("another transaction was in the way")]
    Transient,
    /// The checkpoint is not where this worker left it: another one has taken over.
    #[error("another worker has taken over")]
    Stale,
    /// The documents are not as this worker left them: somebody else has written them; nothing was written.
    #[error("the documents are not as this worker left them")]
    Altered,
    /// MongoDB will not have a document; nothing was written.
    #[error("{key} was refused: {reason}")]
    Refused {
        /// The document.
        key: DocKey,
        /// Why, without its contents.
        reason: String,
    },
    /// MongoDB is away; whether anything was written is not known.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl From<Error> for CommitError {
    fn from(error: Error) -> Self {
        if error.contains_label(TRANSIENT_TRANSACTION_ERROR) { Self::Transient } else { Self::Log(error.into()) }
    }
}

/// Where the checkpoint must be for a write to hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fence {
    pub(crate) epoch: i64,
    pub(crate) generation: u64,
    pub(crate) position: Position,
}

/// What a transaction writes beside the checkpoint.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) documents: BTreeMap<DocKey, Change>,
    /// Keys whose documents are behind from now on.
    pub(crate) stale: Vec<DocKey>,
    pub(crate) parked: BTreeMap<DocKey, Parked>,
    pub(crate) unparked: Vec<DocKey>,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.stale.is_empty() && self.parked.is_empty() && self.unparked.is_empty()
    }
}

/// The collections of one projection.
#[derive(Clone)]
pub(crate) struct Store {
    client: Client,
    database: Database,
    checkpoints: Collection<Checkpoint>,
    projection: &'static str,
    version: u32,
    /// What comes behind the names of its collections: nothing for those that serve.
    suffix: String,
}

impl Store {
    pub(crate) fn new(client: &Client, database: &Database, projection: &dyn Projection) -> Self {
        Self {
            client: client.clone(),
            checkpoints: database.collection(PROJECTIONS.name),
            database: database.clone(),
            projection: projection.name(),
            version: projection.version(),
            suffix: String::new(),
        }
    }

    /// The same over collections with another ending to their names; to be read only.
    pub(crate) fn beside(&self, suffix: &str) -> Self {
        Self { suffix: suffix.to_owned(), ..self.clone() }
    }

    /// Puts the epoch into the checkpoint, after which no worker of an earlier one can write, and makes the checkpoint
    /// when there is none. None when a later epoch is there already, or the collections are being swapped.
    pub(crate) async fn take_over(&self, epoch: i64) -> Result<Option<Checkpoint>, LogError> {
        let update = doc! {
            "$set": { "epoch": epoch, "updated_at": now().to_string() },
            "$max": { "generation": 0_i64 },
            "$setOnInsert": {
                "version": i64::from(self.version), "position": 0_i64,
            },
        };
        // The upsert takes the state from here.
        let live = ProjectionState::Live.as_str();
        // A transaction of the worker before that is still under way holds this update up until it has ended.
        let call = self
            .checkpoints
            .find_one_and_update(doc! { "_id": self.projection, "epoch": { "$lte": epoch }, "state": live }, update)
            .upsert(true)
            .return_document(mongodb::options::ReturnDocument::After)
            .write_concern(majority())
            .into_future();
        match tokio::time::timeout(READ_LIMIT, call).await {
            Ok(Ok(checkpoint)) => Ok(checkpoint),
            Ok(Err(error)) if is_duplicate_key(&error) => Ok(None),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(LogError::Unavailable(format!("no checkpoint within {READ_LIMIT:?}"))),
        }
    }

    /// Loads documents into a cache, those that are not there as absent.
    pub(crate) async fn load(&self, keys: BTreeSet<DocKey>, cache: &mut Cache) -> Result<(), LogError> {
        let mut by_collection: BTreeMap<String, Vec<DocKey>> = BTreeMap::new();
        for key in keys {
            by_collection.entry(key.collection().to_owned()).or_default().push(key);
        }
        let found = by_collection.into_iter().map(|(collection, keys)| self.find(collection, keys));
        for (keys, mut found) in futures::future::try_join_all(found).await? {
            for key in keys {
                let document = found.remove(key.id());
                cache.fill(key, document.into());
            }
        }
        Ok(())
    }

    async fn find(
        &self,
        collection: String,
        keys: Vec<DocKey>,
    ) -> Result<(Vec<DocKey>, HashMap<String, RawDocumentBuf>), LogError> {
        let ids: Vec<&str> = keys.iter().map(DocKey::id).collect();
        // All in one answer, unless they are too large for one.
        let size = u32::try_from(ids.len() + 1).unwrap_or(u32::MAX);
        let found: Vec<RawDocumentBuf> = within(READ_LIMIT, async {
            let collection = self.database.collection::<RawDocumentBuf>(&format!("{collection}{}", self.suffix));
            collection.find(doc! { "_id": { "$in": ids } }).batch_size(size).await?.try_collect().await
        })
        .await?;
        let id_of = |document: RawDocumentBuf| Some((document.get_str("_id").ok()?.to_owned(), document));
        Ok((keys, found.into_iter().filter_map(id_of).collect()))
    }

    /// Whether the collections are being swapped.
    pub(crate) async fn is_swapping(&self) -> Result<bool, LogError> {
        let find = self.checkpoints.find_one(doc! { "_id": self.projection }).into_future();
        Ok(within(READ_LIMIT, find).await?.is_some_and(|found| found.state == ProjectionState::Swapping))
    }

    /// All parked keys of the projection.
    pub(crate) async fn parked(&self) -> Result<HashMap<DocKey, Parked>, LogError> {
        self.parked_as(self.projection).await
    }

    /// All parked keys under that name.
    pub(crate) async fn parked_as(&self, name: &str) -> Result<HashMap<DocKey, Parked>, LogError> {
        let found: Vec<read_models::Parked> = within(READ_LIMIT, async {
            let parked = self.database.collection::<read_models::Parked>(PARKED.name);
            parked.find(doc! { "projection": name }).await?.try_collect().await
        })
        .await?;
        let parts = |record: read_models::Parked| {
            let parked = Parked {
                cause: record.cause,
                error: record.error,
                position: record.position,
                last_position: record.last_position,
                events: record.events,
                since: record.since,
            };
            (DocKey::stored(&record.collection, &record.key), parked)
        };
        Ok(found.into_iter().map(parts).collect())
    }

    /// As [`Self::commit`], and again while other transactions are in the way. The changes stay what they are: only the
    /// worker that the fence lets through changes documents.
    pub(crate) async fn write(&self, fence: Fence, to: Position, changes: &Changes) -> Result<(), CommitError> {
        for attempt in 1..ATTEMPTS {
            match self.commit(fence, to, changes).await {
                Err(CommitError::Transient) => tokio::time::sleep(PAUSE * attempt).await,
                outcome => return outcome,
            }
        }
        self.commit(fence, to, changes).await
    }

    /// Writes the changes and moves the checkpoint to `to`, all or nothing, and only when the checkpoint is at the fence.
    /// When it returns the majority has them, journaled.
    pub(crate) async fn commit(&self, fence: Fence, to: Position, changes: &Changes) -> Result<(), CommitError> {
        tokio::time::timeout(COMMIT_LIMIT, self.transaction(fence, to, changes)).await.unwrap_or_else(|_| {
            Err(LogError::Unavailable(format!("{} was not written within {COMMIT_LIMIT:?}", self.projection)).into())
        })
    }

    async fn transaction(&self, fence: Fence, to: Position, changes: &Changes) -> Result<(), CommitError> {
        let commands = commands(self.projection, changes)?;
        if commands.is_empty() {
            return if self.move_checkpoint(fence, to, None).await? { Ok(()) } else { Err(CommitError::Stale) };
        }
        let mut session = self.client.start_session().await?;
        // A session that is dropped on the way, by an error or a kill, aborts its transaction.
        session.start_transaction().read_concern(ReadConcern::snapshot()).write_concern(majority()).await?;
        if !self.move_checkpoint(fence, to, Some(&mut session)).await? {
            session.abort_transaction().await?;
            return Err(CommitError::Stale);
        }
        for command in commands {
            if let Err(error) = self.run(command, &mut session).await {
                let aborted = session.abort_transaction().await;
                tracing::debug!(projection = self.projection, aborted = aborted.is_ok(), "a batch was not written");
                return Err(error);
            }
        }
        Ok(commit_transaction(&mut session).await?)
    }

    async fn move_checkpoint(
        &self,
        fence: Fence,
        to: Position,
        session: Option<&mut ClientSession>,
    ) -> Result<bool, CommitError> {
        let filter = doc! {
            "_id": self.projection, "epoch": fence.epoch, "position": signed(fence.position)?,
            "generation": signed(fence.generation)?, "state": ProjectionState::Live.as_str(),
        };
        let update = doc! { "$set": { "position": signed(to)?, "updated_at": now().to_string() } };
        let call = self.checkpoints.update_one(filter, update);
        let updated = match session {
            Some(session) => call.session(session).await?,
            None => call.write_concern(majority()).await?,
        };
        Ok(updated.matched_count == 1)
    }

    async fn run(&self, command: Command, session: &mut ClientSession) -> Result<(), CommitError> {
        let answer = self.database.run_raw_command(command.document).session(session).await?;
        let Some(RefusedStatement { index, code }) = RefusedStatement::first_in(&answer) else {
            let met = answer.get_i32("n").ok().and_then(|met| usize::try_from(met).ok()).unwrap_or_default();
            return if command.must_meet && met < command.keys.len() { Err(CommitError::Altered) } else { Ok(()) };
        };
        match (code, command.keys.get(index)) {
            (WRITE_CONFLICT, _) => Err(CommitError::Transient),
            (DUPLICATE_KEY, _) => Err(CommitError::Altered),
            (code, Some(key)) => Err(CommitError::Refused { key: key.clone(), reason: reason_of(code) }),
            (code, None) => Err(LogError::Unavailable(format!("a write failed with code {code}")).into()),
        }
    }
}

/// What is said of a document that MongoDB refuses. Its own words quote the document; its code says enough.
pub(crate) fn reason_of(code: i32) -> String {
    match code {
        VALIDATION_FAILURE => "the document fails its collection's validator".to_owned(),
        code => format!("MongoDB refuses the document (code {code})"),
    }
}

pub(crate) fn majority() -> WriteConcern {
    WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build()
}

pub(crate) fn now() -> Timestamp {
    Timestamp::new(Utc::now())
}
