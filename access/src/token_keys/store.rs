//! Where the keys are kept: in the database of keys, beside those of persons.

use std::future::IntoFuture;
use std::time::Duration;

use bson::{DateTime, doc};
use event_log::{LogError, LogNames, TIME_LIMIT, ensure_collection, is_duplicate_key, within};
use futures::TryStreamExt as _;
use mongodb::{Client, Collection};

use super::document::{TokenKey, schema};

const TOKEN_KEYS: &str = "token_keys";
/// How long a write may take. It belongs to a start or to a person at a terminal, never to a request.
const WRITE_LIMIT: Duration = Duration::from_secs(30);

/// The collection of token keys. Whoever reads it can verify tokens; to sign takes the secret that seals the seeds.
#[derive(Clone)]
pub struct TokenKeyStore {
    client: Client,
    collection: Collection<TokenKey>,
}

impl TokenKeyStore {
    /// The keys of the log of that name; the collection is made where it is missing.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub async fn open(client: &Client, names: &LogNames) -> Result<Self, LogError> {
        let database = client.database(&names.keys_database);
        ensure_collection(&database, TOKEN_KEYS, Some(schema())).await?;
        Ok(Self { client: client.clone(), collection: database.collection(TOKEN_KEYS) })
    }

    /// Every key that ever was, the oldest first.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn all(&self) -> Result<Vec<TokenKey>, LogError> {
        let find = async { self.collection.find(doc! {}).sort(doc! { "_id": 1 }).await?.try_collect().await };
        within(TIME_LIMIT, find).await
    }

    /// Those that verify at that time, the oldest first.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn verifying_at(&self, now: DateTime) -> Result<Vec<TokenKey>, LogError> {
        let filter = doc! { "$or": [{ "verifies_until": null }, { "verifies_until": { "$gt": now } }] };
        let find = async { self.collection.find(filter).sort(doc! { "_id": 1 }).await?.try_collect().await };
        within(TIME_LIMIT, find).await
    }

    /// Adds the first key, unless another process was faster.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn add_first(&self, key: &TokenKey) -> Result<(), LogError> {
        let insert = async {
            match self.collection.insert_one(key).await {
                Err(error) if !is_duplicate_key(&error) => Err(error),
                Ok(_) | Err(_) => Ok(()),
            }
        };
        within(WRITE_LIMIT, insert).await
    }

    /// Adds the next key and sets until when the one before it verifies, both or neither.
    ///
    /// # Errors
    /// [`LogError`], also when another process adds one at the same time.
    pub async fn add_next(&self, key: &TokenKey, former_until: DateTime) -> Result<(), LogError> {
        let former = doc! { "_id": key.generation - 1, "verifies_until": null };
        let end = doc! { "$set": { "verifies_until": former_until } };
        let mut session = within(WRITE_LIMIT, self.client.start_session().into_future()).await?;
        within(WRITE_LIMIT, session.start_transaction().into_future()).await?;
        within(WRITE_LIMIT, self.collection.insert_one(key).session(&mut session).into_future()).await?;
        let ended = self.collection.update_one(former, end).session(&mut session);
        if within(WRITE_LIMIT, ended.into_future()).await?.matched_count != 1 {
            return Err(LogError::Corrupt("the newest token key ends already".to_owned()));
        }
        within(WRITE_LIMIT, session.commit_transaction().into_future()).await
    }
}
