//! The log as a whole: what it is made of, and how it is opened.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex, Weak};

use bson::{Document, doc};
use events::Position;
use mongodb::{Client, Collection, Database};
use tokio::sync::broadcast;

use crate::appender::AppendQueue;
use crate::load::StateCache;
use crate::mongo::{Mongo, TIME_LIMIT, within};
use crate::outgoing::Outgoing;
use crate::personal_data::{MasterKey, PersonKeys};
use crate::publication::feed::Feed;
use crate::{GENESIS_HASH, IdempotencyRecords, LogNames, schema};

/// Committed batches that a slow listener may lag behind before it must read the log instead.
const COMMITTED_BATCHES: usize = 256;

/// Why the log can't answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LogError {
    /// MongoDB is away, too slow, or refuses; try again later.
    #[error("the event log is unavailable: {0}")]
    Unavailable(String),
    /// What is stored is not what this code wrote.
    #[error("the event log is corrupt: {0}")]
    Corrupt(String),
}

impl From<mongodb::error::Error> for LogError {
    fn from(error: mongodb::error::Error) -> Self {
        use mongodb::error::ErrorKind;
        // The driver's words on a refused write quote the document, personal data and all.
        let quotes = matches!(
            &*error.kind,
            ErrorKind::Write(_) | ErrorKind::InsertMany(_) | ErrorKind::BulkWrite(_) | ErrorKind::Command(_)
        );
        Self::Unavailable(if quotes { refused_words(&error) } else { error.kind.to_string() })
    }
}

/// What a refusal says without quoting a document: its code.
fn refused_words(error: &mongodb::error::Error) -> String {
    let code = if let mongodb::error::ErrorKind::Command(failure) = &*error.kind { failure.code } else { 0 };
    format!("refused, code {code}, labels {:?}", error.labels())
}

/// The secrets of a log.
#[derive(Clone)]
pub struct LogSecrets {
    /// Wraps the persons' keys.
    pub master_key: MasterKey,
}

/// The last event of the log; position 0 and [`GENESIS_HASH`] when it is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its position.
    pub position: Position,
    /// Its hash.
    pub hash: String,
}

impl Head {
    /// The head of an empty log.
    #[must_use]
    pub fn genesis() -> Self {
        Self { position: 0, hash: GENESIS_HASH.to_owned() }
    }

    /// Reads the head document.
    pub(crate) fn from_document(document: &Document) -> Result<Self, LogError> {
        let broken = |_| LogError::Corrupt("malformed head".into());
        let position = document.get_i64("position").map_err(broken)?;
        let hash = document.get_str("hash").map_err(broken)?;
        let position = Position::try_from(position).map_err(|_| LogError::Corrupt("negative head".into()))?;
        Ok(Self { position, hash: hash.to_owned() })
    }
}

/// A log, opened. Cloning it is cheap; all clones are one.
#[derive(Clone)]
pub struct EventLog(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) names: LogNames,
    pub(crate) mongo: Mongo,
    pub(crate) database: Database,
    pub(crate) events: Collection<Document>,
    pub(crate) head: Collection<Document>,
    pub(crate) keys: PersonKeys,
    pub(crate) idempotency: IdempotencyRecords,
    pub(crate) cache: StateCache,
    pub(crate) queue: AppendQueue,
    pub(crate) committed: broadcast::Sender<Arc<[Outgoing]>>,
    /// What this process's subscriptions listen to, while there are any.
    pub(crate) feed: Mutex<Weak<Feed>>,
}

impl EventLog {
    /// Opens the log of that name; collections, validators and indexes that are missing are made.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub async fn open(mongo: &Mongo, names: LogNames, secrets: &LogSecrets) -> Result<Self, LogError> {
        let client = mongo.client();
        schema::ensure(client, &names).await?;
        let database = client.database(&names.database);
        let (committed, _) = broadcast::channel(COMMITTED_BATCHES);
        let keys_database = client.database(&names.keys_database);
        Ok(Self(Arc::new(Inner {
            events: database.collection(schema::EVENTS),
            head: database.collection(schema::HEAD),
            keys: PersonKeys::new(&keys_database, &secrets.master_key),
            idempotency: IdempotencyRecords::new(&database, &secrets.master_key),
            cache: StateCache::new(),
            queue: AppendQueue::new(),
            committed,
            feed: Mutex::default(),
            mongo: mongo.clone(),
            database,
            names,
        })))
    }

    /// Its names.
    #[must_use]
    pub fn names(&self) -> &LogNames {
        &self.0.names
    }

    /// The database that it is in, with the read collections.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// The connection that it uses.
    #[must_use]
    pub fn client(&self) -> &Client {
        self.0.mongo.client()
    }

    /// The persons' keys.
    #[must_use]
    pub fn keys(&self) -> &PersonKeys {
        &self.0.keys
    }

    /// The records that make commands idempotent.
    #[must_use]
    pub fn idempotency(&self) -> &IdempotencyRecords {
        &self.0.idempotency
    }

    /// The batches that this process commits from now on, in order. Who lags behind reads the log.
    pub(crate) fn committed(&self) -> broadcast::Receiver<Arc<[Outgoing]>> {
        self.0.committed.subscribe()
    }

    /// The last committed event.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn head(&self) -> Result<Head, LogError> {
        match within(TIME_LIMIT, self.0.head.find_one(doc! { "_id": schema::HEAD_ID }).into_future()).await? {
            Some(document) => Head::from_document(&document),
            None => Ok(Head::genesis()),
        }
    }
}
