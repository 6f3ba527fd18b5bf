//! Idempotency records: one effect per command, whatever is retried.
//!
//! A record is written in the transaction of the command's events, with the outcome (ids, no personal data); when the
//! answer has been composed it is added, sealed. A retry finds the record and is answered from it; one that comes
//! between the two composes the answer again from the outcome.

use std::future::IntoFuture;

use bson::{Document, RawBson, RawDocumentBuf, doc, rawdoc};
use events::UserId;
use mongodb::{ClientSession, Collection, Database};
use serde_json::Value;

use crate::mongo::{TIME_LIMIT, is_duplicate_key, limited, within};
use crate::personal_data::{MasterKey, Sealer, mac};
use crate::{LogError, PersonKeys, schema};

/// A record that goes into a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIdempotencyRecord {
    /// [`IdempotencyRecords::id`] of caller and key.
    pub id: String,
    /// [`IdempotencyRecords::fingerprint`] of the request.
    pub fingerprint: String,
    /// Whose key seals the answer; when they are erased there is no such record any more. None: nobody in particular.
    pub owner: Option<UserId>,
    /// What happened, as ids and numbers: enough to compose the answer again.
    pub outcome: Value,
}

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers that belong to it: position and version.
    pub headers: Vec<(String, String)>,
    /// The body, to the letter.
    pub body: String,
}

/// A record, found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// Of the request that was here first.
    pub fingerprint: String,
    /// What happened; null for a request that was refused.
    pub outcome: Value,
    /// The answer, once it has been composed.
    pub answer: Option<Answer>,
}

/// The collection of records.
#[derive(Clone)]
pub struct IdempotencyRecords {
    collection: Collection<Document>,
    mac_key: [u8; 32],
    nobody: Sealer,
}

impl IdempotencyRecords {
    pub(crate) fn new(database: &Database, master: &MasterKey) -> Self {
        Self {
            collection: database.collection(schema::IDEMPOTENCY),
            mac_key: master.derive("idempotency"),
            nobody: Sealer::new(&master.derive("answers to nobody")),
        }
    }

    pub(crate) const fn collection(&self) -> &Collection<Document> {
        &self.collection
    }

    /// The same, over another connection.
    pub(crate) fn over(&self, database: &Database) -> Self {
        Self { collection: database.collection(schema::IDEMPOTENCY), ..self.clone() }
    }

    /// The id of the record for a caller (user id or client address) and their key. A HMAC: it names nobody.
    #[must_use]
    pub fn id(&self, caller: &str, key: &str) -> String {
        hex::encode(mac(&self.mac_key, &[b"id", caller.as_bytes(), key.as_bytes()]))
    }

    /// The fingerprint of a request: same method, path and body, same fingerprint. A HMAC: it tells nothing of the body.
    #[must_use]
    pub fn fingerprint(&self, method: &str, path: &str, body: &[u8]) -> String {
        hex::encode(mac(&self.mac_key, &[b"fingerprint", method.as_bytes(), path.as_bytes(), body]))
    }

    /// The record of that id. Of a person who has been erased there is none: what the erasure has left of them is
    /// deleted here.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn find(&self, id: &str, keys: &PersonKeys) -> Result<Option<IdempotencyRecord>, LogError> {
        let find = self.collection.find_one(doc! { "_id": id });
        let Some(document) = within(TIME_LIMIT, find.into_future()).await? else { return Ok(None) };
        let corrupt = |_| LogError::Corrupt("malformed idempotency record".into());
        let fingerprint = document.get_str("fingerprint").map_err(corrupt)?.to_owned();
        let outcome: Value = document
            .get_str("outcome")
            .ok()
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(|| LogError::Corrupt("malformed idempotency record".into()))?;
        let sealer = match document.get_str("owner") {
            Ok(owner) => {
                let owner: UserId = owner.parse().map_err(|_| LogError::Corrupt("malformed owner".into()))?;
                let Some(key) = keys.for_opening(&[owner].into()).await?.remove(&owner) else {
                    let theirs = doc! { "_id": id, "owner": owner.to_string() };
                    within(TIME_LIMIT, self.collection.delete_one(theirs).into_future()).await?;
                    return Ok(None);
                };
                key.sealer().clone()
            }
            Err(_) => self.nobody.clone(),
        };
        let answer = document.get_str("answer").ok().and_then(|sealed| sealer.open(id.as_bytes(), sealed));
        Ok(Some(IdempotencyRecord { fingerprint, outcome, answer: answer.as_deref().and_then(parse_answer) }))
    }

    /// Adds the answer to a record, or makes a record with it for a request that was refused and appended nothing.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn answer(
        &self,
        record: &NewIdempotencyRecord,
        answer: &Answer,
        keys: &PersonKeys,
    ) -> Result<(), LogError> {
        let body = serde_json::json!([answer.status, answer.headers, answer.body]).to_string();
        let sealed = match record.owner {
            None => self.nobody.seal(record.id.as_bytes(), body.as_bytes()),
            Some(owner) => {
                let keys = keys.for_sealing(&[owner].into()).await?;
                keys.get(&owner).and_then(|key| key.sealer().seal(record.id.as_bytes(), body.as_bytes()))
            }
        };
        // No key: the person has been erased since.
        let Some(sealed) = sealed else { return Ok(()) };
        let mut fresh = self.document(record);
        fresh.remove("_id");
        let update = doc! { "$set": { "answer": sealed }, "$setOnInsert": fresh };
        // The first answer stays: whoever repeats the request gets what the first caller got.
        let unanswered = doc! { "_id": &record.id, "answer": { "$exists": false } };
        let call = self.collection.update_one(unanswered, update).upsert(true);
        match tokio::time::timeout(limited(TIME_LIMIT), call.into_future()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if is_duplicate_key(&error) => Ok(()), // there is an answer already
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(LogError::Unavailable("no answer in time".into())),
        }
    }

    /// Which of these ids are taken, as seen by a transaction.
    pub(crate) async fn taken(
        &self,
        session: &mut ClientSession,
        ids: &[&str],
    ) -> Result<std::collections::HashSet<String>, mongodb::error::Error> {
        let mut taken = std::collections::HashSet::new();
        if !ids.is_empty() {
            let filter = doc! { "_id": { "$in": ids } };
            let mut cursor = self.collection.find(filter).projection(doc! { "_id": 1 }).session(&mut *session).await?;
            while let Some(document) = cursor.next(session).await.transpose()? {
                taken.extend(document.get_str("_id").ok().map(str::to_owned));
            }
        }
        Ok(taken)
    }

    /// Deletes the answers of persons who are erased, inside the transaction that erases them. Records without an answer,
    /// which hold ids and HMACs, are no longer found, and expire: to find them all would take an index that every commit
    /// has to write in, a tenth of what MongoDB does for it.
    pub(crate) async fn erase(
        &self,
        session: &mut ClientSession,
        owners: &[UserId],
    ) -> Result<(), mongodb::error::Error> {
        if !owners.is_empty() {
            let owners: Vec<String> = owners.iter().map(UserId::to_string).collect();
            let answered = doc! { "owner": { "$in": owners }, "answer": { "$exists": true } };
            self.collection.delete_many(answered).session(session).await?;
        }
        Ok(())
    }

    /// A record as it is stored.
    pub(crate) fn raw(&self, record: &NewIdempotencyRecord) -> RawDocumentBuf {
        let owner = record.owner.map(|owner| owner.to_string());
        rawdoc! {
            "_id": record.id.as_str(),
            "fingerprint": record.fingerprint.as_str(),
            "owner": owner.map_or(RawBson::Null, RawBson::String),
            "outcome": record.outcome.to_string(),
            "created_at": bson::DateTime::now(),
        }
    }

    fn document(&self, record: &NewIdempotencyRecord) -> Document {
        doc! {
            "_id": &record.id,
            "fingerprint": &record.fingerprint,
            "owner": record.owner.map(|owner| owner.to_string()),
            "outcome": record.outcome.to_string(),
            "created_at": bson::DateTime::now(),
        }
    }
}

fn parse_answer(json: &[u8]) -> Option<Answer> {
    let (status, headers, body) = serde_json::from_slice(json).ok()?;
    Some(Answer { status, headers, body })
}
