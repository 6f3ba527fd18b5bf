//! Documents and checkpoint in MongoDB: loaded by key, written in one transaction.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bson::{Bson, Document, doc};
use chrono::Utc;
use event_log::{LogError, is_duplicate_key, within};
use events::{Position, Timestamp};
use futures::TryStreamExt as _;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT};
use mongodb::options::{Acknowledgment, ReadConcern, WriteConcern};
use mongodb::{Client, ClientSession, Collection, Database};
use read_models::{Checkpoint, PARKED, PROJECTIONS, ProjectionState};

use crate::folding::{Cache, Change, Parked};
use crate::{DocKey, Projection};

/// The longest that one reading may take.
const READ_LIMIT: Duration = Duration::from_secs(5);
/// The longest that one transaction may take; MongoDB's own limit is a minute.
const COMMIT_LIMIT: Duration = Duration::from_secs(20);
/// How often an unknown outcome of a commit is asked about before the worker begins anew from the checkpoint.
const COMMIT_ATTEMPTS: usize = 5;
/// One `update` command carries no more statements than this, and about so many bytes: it is a document itself, and
/// those end at 16 MiB.
const COMMAND_STATEMENTS: usize = 1_000;
const COMMAND_BYTES: usize = 8 * 1024 * 1024;
/// A document that does not fit into a command of its own is refused here: the server's refusal would name no document.
const DOCUMENT_BYTES: usize = 15 * 1024 * 1024;

/// Why a batch could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    /// Another transaction was in the way; nothing was written.
    #[error("another transaction was in the way")]
    Transient,
    /// The checkpoint is not where this worker left it: another one has taken over.
    #[error("another worker has taken over")]
    Stale,
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
}

impl Store {
    pub(crate) fn new(client: &Client, database: &Database, projection: &dyn Projection) -> Self {
        Self {
            client: client.clone(),
            checkpoints: database.collection(PROJECTIONS.name),
            database: database.clone(),
            projection: projection.name(),
            version: projection.version(),
        }
    }

    /// Puts the epoch into the checkpoint, after which no worker of an earlier one can write, and makes the checkpoint
    /// when there is none. None when a later epoch is there already.
    pub(crate) async fn take_over(&self, epoch: i64) -> Result<Option<Checkpoint>, LogError> {
        let update = doc! {
            "$set": { "epoch": epoch, "updated_at": now().to_string() },
            "$setOnInsert": {
                "version": i64::from(self.version), "position": 0_i64, "state": ProjectionState::Live.as_str(),
            },
        };
        // A transaction of the worker before that is still under way holds this update up until it has ended.
        let call = self
            .checkpoints
            .find_one_and_update(doc! { "_id": self.projection, "epoch": { "$lte": epoch } }, update)
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
    pub(crate) async fn load(&self, keys: &[DocKey], cache: &mut Cache) -> Result<(), LogError> {
        let mut by_collection: BTreeMap<&str, Vec<&DocKey>> = BTreeMap::new();
        for key in keys.iter().filter(|key| !key.is_stream() && !cache.is_loaded(key)) {
            by_collection.entry(key.collection()).or_default().push(key);
        }
        for (collection, keys) in by_collection {
            let ids: Vec<&str> = keys.iter().map(|key| key.id()).collect();
            let found: Vec<Document> = within(READ_LIMIT, async {
                let collection = self.database.collection::<Document>(collection);
                collection.find(doc! { "_id": { "$in": ids } }).await?.try_collect().await
            })
            .await?;
            let id_of = |document: Document| Some((document.get_str("_id").ok()?.to_owned(), document));
            let mut found: HashMap<String, Document> = found.into_iter().filter_map(id_of).collect();
            for key in keys {
                cache.fill(key.clone(), found.remove(key.id()));
            }
        }
        Ok(())
    }

    /// All parked keys of the projection.
    pub(crate) async fn parked(&self) -> Result<HashMap<DocKey, Parked>, LogError> {
        let found: Vec<read_models::Parked> = within(READ_LIMIT, async {
            let parked = self.database.collection::<read_models::Parked>(PARKED.name);
            parked.find(doc! { "projection": self.projection }).await?.try_collect().await
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

    /// Writes the changes and moves the checkpoint to `to`, all or nothing, and only when the checkpoint is at the fence.
    pub(crate) async fn commit(&self, fence: Fence, to: Position, changes: &Changes) -> Result<(), CommitError> {
        tokio::time::timeout(COMMIT_LIMIT, self.transaction(fence, to, changes)).await.unwrap_or_else(|_| {
            Err(LogError::Unavailable(format!("{} was not written within {COMMIT_LIMIT:?}", self.projection)).into())
        })
    }

    async fn transaction(&self, fence: Fence, to: Position, changes: &Changes) -> Result<(), CommitError> {
        let commands = self.commands(changes)?;
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
        for command in &commands {
            if let Err(error) = self.run(command, &mut session).await {
                let aborted = session.abort_transaction().await;
                tracing::debug!(projection = self.projection, aborted = aborted.is_ok(), "a batch was not written");
                return Err(error);
            }
        }
        commit(&mut session).await
    }

    async fn move_checkpoint(
        &self,
        fence: Fence,
        to: Position,
        session: Option<&mut ClientSession>,
    ) -> Result<bool, CommitError> {
        let filter = doc! {
            "_id": self.projection, "epoch": fence.epoch, "position": stored(fence.position)?,
        };
        let update = doc! { "$set": { "position": stored(to)?, "updated_at": now().to_string() } };
        let call = self.checkpoints.update_one(filter, update);
        let updated = match session {
            Some(session) => call.session(session).await?,
            None => call.write_concern(majority()).await?,
        };
        Ok(updated.matched_count == 1)
    }

    /// The commands that make the changes: few, whatever the number of documents. The driver's own bulk write needs a
    /// newer server than this product does.
    fn commands(&self, changes: &Changes) -> Result<Vec<Command>, CommitError> {
        let mut puts: BTreeMap<&str, Vec<Statement>> = BTreeMap::new();
        let mut deletes: BTreeMap<&str, Vec<Statement>> = BTreeMap::new();
        for (key, change) in &changes.documents {
            let filter = doc! { "_id": key.id() };
            let (list, document) = match change {
                Change::Put(document) => (&mut puts, doc! { "q": filter, "u": document, "upsert": true }),
                Change::Delete => (&mut deletes, doc! { "q": filter, "limit": 1 }),
                Change::Unwritable => {
                    return Err(CommitError::Refused { key: key.clone(), reason: "it has no BSON form".into() });
                }
            };
            list.entry(key.collection()).or_default().push(Statement { key: key.clone(), document });
        }
        for key in changes.stale.iter().filter(|key| !key.is_stream()) {
            let document = doc! { "q": { "_id": key.id() }, "u": { "$set": { "stale": true } } };
            puts.entry(key.collection()).or_default().push(Statement { key: key.clone(), document });
        }
        for (key, parked) in &changes.parked {
            let record = self.record(key, parked)?;
            let document = doc! { "q": { "_id": &record.id }, "u": encode(&record)?, "upsert": true };
            puts.entry(PARKED.name).or_default().push(Statement { key: key.clone(), document });
        }
        for key in &changes.unparked {
            let id = read_models::Parked::id_of(self.projection, key.collection(), key.id());
            let document = doc! { "q": { "_id": id }, "limit": 1 };
            deletes.entry(PARKED.name).or_default().push(Statement { key: key.clone(), document });
        }
        let mut commands = Vec::new();
        for (collection, statements) in deletes {
            chunk("delete", "deletes", collection, statements, &mut commands)?;
        }
        for (collection, statements) in puts {
            chunk("update", "updates", collection, statements, &mut commands)?;
        }
        Ok(commands)
    }

    fn record(&self, key: &DocKey, parked: &Parked) -> Result<read_models::Parked, LogError> {
        stored(parked.last_position)?;
        Ok(read_models::Parked {
            id: read_models::Parked::id_of(self.projection, key.collection(), key.id()),
            projection: self.projection.to_owned(),
            collection: key.collection().to_owned(),
            key: key.id().to_owned(),
            cause: parked.cause,
            error: parked.error.clone(),
            position: parked.position,
            last_position: parked.last_position,
            events: parked.events,
            since: parked.since,
        })
    }

    async fn run(&self, command: &Command, session: &mut ClientSession) -> Result<(), CommitError> {
        let answer = self.database.run_command(command.document.clone()).session(session).await?;
        // Refused statements are no error of the command: it answers ok, and names them.
        let Some(error) = answer.get_array("writeErrors").ok().and_then(|errors| errors.first()) else {
            return Ok(());
        };
        let error = error.as_document().cloned().unwrap_or_default();
        let number = |name: &str| match error.get(name) {
            Some(Bson::Int32(number)) => i64::from(*number),
            Some(Bson::Int64(number)) => *number,
            _ => -1,
        };
        let key = usize::try_from(number("index")).ok().and_then(|index| command.keys.get(index));
        match (number("code"), key) {
            (WRITE_CONFLICT, _) => Err(CommitError::Transient),
            // The server's words quote the document; its code says enough.
            (code, Some(key)) => Err(CommitError::Refused {
                key: key.clone(),
                reason: match code {
                    VALIDATION_FAILURE => "the document fails its collection's validator".to_owned(),
                    code => format!("MongoDB refuses the document (code {code})"),
                },
            }),
            (code, None) => Err(LogError::Unavailable(format!("a write failed with code {code}")).into()),
        }
    }
}

const WRITE_CONFLICT: i64 = 112;
const VALIDATION_FAILURE: i64 = 121;

struct Statement {
    key: DocKey,
    document: Document,
}

struct Command {
    document: Document,
    /// The key of each statement, by its index.
    keys: Vec<DocKey>,
}

fn chunk(
    name: &str,
    list: &str,
    collection: &str,
    statements: Vec<Statement>,
    commands: &mut Vec<Command>,
) -> Result<(), CommitError> {
    let mut keys = Vec::new();
    let mut chunk = Vec::new();
    let mut bytes = 0;
    let mut flush = |keys: &mut Vec<DocKey>, chunk: &mut Vec<Bson>| {
        let document = doc! { name: collection, list: std::mem::take(chunk), "ordered": true };
        commands.push(Command { document, keys: std::mem::take(keys) });
    };
    for Statement { key, document } in statements {
        let size = bson::RawDocumentBuf::try_from(&document).map_or(DOCUMENT_BYTES, |raw| raw.as_bytes().len());
        if size >= DOCUMENT_BYTES {
            return Err(CommitError::Refused { key, reason: "it is too large".into() });
        }
        if !chunk.is_empty() && (chunk.len() >= COMMAND_STATEMENTS || bytes + size > COMMAND_BYTES) {
            flush(&mut keys, &mut chunk);
            bytes = 0;
        }
        keys.push(key);
        chunk.push(Bson::Document(document));
        bytes += size;
    }
    flush(&mut keys, &mut chunk);
    Ok(())
}

/// Commits; an outcome that is not known is asked for again. When it stays unknown the worker begins anew from the
/// checkpoint, which tells.
async fn commit(session: &mut ClientSession) -> Result<(), CommitError> {
    let mut attempt = 1;
    loop {
        match session.commit_transaction().await {
            Ok(()) => return Ok(()),
            Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) && attempt < COMMIT_ATTEMPTS => {
                attempt += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn majority() -> WriteConcern {
    WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build()
}

fn now() -> Timestamp {
    Timestamp::new(Utc::now())
}

fn stored(position: Position) -> Result<i64, LogError> {
    i64::try_from(position).map_err(|_| LogError::Corrupt("a position past 2^63".into()))
}

fn encode(record: &read_models::Parked) -> Result<Document, LogError> {
    bson::serialize_to_document(record).map_err(|_| LogError::Corrupt("a park record without BSON form".into()))
}
