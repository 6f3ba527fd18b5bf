//! Where the persons' keys are kept.

use std::collections::{BTreeSet, HashMap};
use std::future::IntoFuture;
use std::time::Duration;

use bson::{Document, doc};
use events::UserId;
use futures::TryStreamExt;
use mongodb::{ClientSession, Collection, Database};

use super::{DataKey, MasterKey, Sealer};
use crate::mongo::{TIME_LIMIT, within};
use crate::{LogError, schema};

/// The longest that all keys may take.
const LONG: Duration = Duration::from_secs(60);
/// How many keys are remembered for sealing, and for how long: somebody who learns sends a command now and then.
const REMEMBERED: u64 = 20_000;
const REMEMBERED_FOR: Duration = Duration::from_secs(600);

/// The persons' keys: a database of their own, each wrapped by the master key.
///
/// For *opening*, the database is asked each time, so that an erased person is unreadable at once, in every process.
/// For *sealing*, keys are remembered for some minutes: what is sealed under a key that is gone is unreadable anyway.
#[derive(Clone)]
pub struct PersonKeys {
    collection: Collection<Document>,
    wrapper: Sealer,
    remembered: moka::sync::Cache<UserId, DataKey>,
}

impl PersonKeys {
    pub(crate) fn new(database: &Database, master: &MasterKey) -> Self {
        Self {
            collection: database.collection(schema::PERSON_KEYS),
            wrapper: master.wrapper(),
            remembered: moka::sync::Cache::builder().max_capacity(REMEMBERED).time_to_live(REMEMBERED_FOR).build(),
        }
    }

    /// The same, over another connection.
    pub(crate) fn over(&self, database: &Database) -> Self {
        Self { collection: database.collection(schema::PERSON_KEYS), ..self.clone() }
    }

    /// The keys of those who still have one, fresh from the database.
    pub(crate) async fn for_opening(&self, owners: &BTreeSet<UserId>) -> Result<HashMap<UserId, DataKey>, LogError> {
        if owners.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<String> = owners.iter().map(UserId::to_string).collect();
        let find =
            async { self.collection.find(doc! { "_id": { "$in": ids } }).await?.try_collect::<Vec<Document>>().await };
        within(TIME_LIMIT, find).await?.iter().map(|document| self.unwrap(document)).collect()
    }

    /// The keys of those who still have one, possibly from memory.
    pub(crate) async fn for_sealing(&self, owners: &BTreeSet<UserId>) -> Result<HashMap<UserId, DataKey>, LogError> {
        let mut keys = HashMap::new();
        let mut missing = BTreeSet::new();
        for owner in owners {
            match self.remembered.get(owner) {
                Some(key) => {
                    keys.insert(*owner, key);
                }
                None => {
                    missing.insert(*owner);
                }
            }
        }
        for (owner, key) in self.for_opening(&missing).await? {
            self.remembered.insert(owner, key.clone());
            keys.insert(owner, key);
        }
        Ok(keys)
    }

    /// The stored form of new keys.
    pub(crate) fn wrap(&self, owner: UserId, key: &DataKey) -> Result<Document, LogError> {
        let wrapped = key.wrap(&self.wrapper, &owner.to_string());
        let wrapped = wrapped.ok_or_else(|| LogError::Corrupt("a key can't be wrapped".into()))?;
        Ok(doc! { "_id": owner.to_string(), "wrapped": wrapped })
    }

    /// Stores new keys and destroys others, inside the transaction of the events that say so.
    pub(crate) async fn change(
        &self,
        session: &mut ClientSession,
        created: &[Document],
        destroyed: &[UserId],
    ) -> Result<(), mongodb::error::Error> {
        if !created.is_empty() {
            self.collection.insert_many(created).session(&mut *session).await?;
        }
        if !destroyed.is_empty() {
            let ids: Vec<String> = destroyed.iter().map(UserId::to_string).collect();
            self.collection.delete_many(doc! { "_id": { "$in": ids } }).session(session).await?;
        }
        Ok(())
    }

    /// Remembers the key of somebody who has just registered.
    pub(crate) fn remember(&self, owner: UserId, key: DataKey) {
        self.remembered.insert(owner, key);
    }

    /// Forgets what is remembered of a person.
    pub(crate) fn forget(&self, owner: UserId) {
        self.remembered.invalidate(&owner);
    }

    /// Whether a person still has a key.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub async fn exists(&self, owner: UserId) -> Result<bool, LogError> {
        let find = self.collection.find_one(doc! { "_id": owner.to_string() });
        Ok(within(TIME_LIMIT, find.into_future()).await?.is_some())
    }

    /// How many people have a key.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub async fn count(&self) -> Result<u64, LogError> {
        within(LONG, self.collection.count_documents(doc! {}).into_future()).await
    }

    /// All keys, each with its person and wrapped by another key than the master key, so that they can travel.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away, or a key does not open.
    pub async fn rewrapped(&self, by: &MasterKey) -> Result<Vec<(String, String)>, LogError> {
        let all = async { self.collection.find(doc! {}).sort(doc! { "_id": 1 }).await?.try_collect::<Vec<_>>().await };
        let wrapper = by.wrapper();
        let rewrap = |document: &Document| {
            let (owner, key) = self.unwrap(document)?;
            let owner = owner.to_string();
            let wrapped = key.wrap(&wrapper, &owner);
            Ok((owner, wrapped.ok_or_else(|| LogError::Corrupt("a key can't be wrapped".into()))?))
        };
        within(LONG, all).await?.iter().map(rewrap).collect()
    }

    /// Puts keys back that have travelled; tells how many.
    ///
    /// # Errors
    /// [`LogError::Corrupt`] when one does not open: then none is put back.
    pub async fn restore(&self, wrapped_by: &MasterKey, keys: &[(String, String)]) -> Result<usize, LogError> {
        let wrapper = wrapped_by.wrapper();
        let wrap = |(owner, wrapped): &(String, String)| {
            let corrupt = || LogError::Corrupt("a person's key does not open".into());
            let key = DataKey::unwrap(&wrapper, owner, wrapped).ok_or_else(corrupt)?;
            self.wrap(owner.parse().map_err(|_| corrupt())?, &key)
        };
        let documents = keys.iter().map(wrap).collect::<Result<Vec<Document>, _>>()?;
        if !documents.is_empty() {
            within(LONG, self.collection.insert_many(&documents).into_future()).await?;
        }
        Ok(documents.len())
    }

    fn unwrap(&self, document: &Document) -> Result<(UserId, DataKey), LogError> {
        let corrupt = || LogError::Corrupt("a person's key does not open; is the master key the right one?".into());
        let owner = document.get_str("_id").map_err(|_| corrupt())?;
        let wrapped = document.get_str("wrapped").map_err(|_| corrupt())?;
        let key = DataKey::unwrap(&self.wrapper, owner, wrapped).ok_or_else(corrupt)?;
        Ok((owner.parse().map_err(|_| corrupt())?, key))
    }
}
