//! Leases: who, among several processes, does the work that only one may do.
//!
//! A lease is a convenience, never the proof: clocks pause and processes sleep. What makes a stale holder harmless is
//! checked where it writes: the epoch in a projection's checkpoint, the expected sequence of a publication.

use std::future::IntoFuture;
use std::time::Duration;

use bson::{Bson, Document, doc};
use mongodb::options::{Acknowledgment, CollectionOptions, ReturnDocument, WriteConcern};
use mongodb::{Collection, Database};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::LogError;
use crate::mongo::{is_duplicate_key, within};
use crate::schema::LEASES;

/// How long a lease lasts after its last renewal, by the clock of the database server.
pub const LEASE_TTL: Duration = Duration::from_secs(3);
/// The limit of one call: a renewal that takes longer leaves no time for another.
const CALL_LIMIT: Duration = Duration::from_secs(1);
/// How often a holder renews.
const RENEW_EVERY: Duration = Duration::from_millis(900);
/// How often one who waits asks whether the lease is free.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// A lease that was got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Grows by one each time that the lease changes hands, or is taken again after it had run out.
    pub epoch: i64,
}

/// What is known of a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseState {
    /// Who had it last.
    pub owner: String,
    /// Its epoch.
    pub epoch: i64,
    /// Whether it has not run out, by the server's clock.
    pub live: bool,
}

/// The leases of one log: documents `{_id: name, owner, epoch, expires_at}` in the collection `leases`.
#[derive(Clone, Debug)]
pub struct Leases {
    collection: Collection<Document>,
}

impl Leases {
    /// The leases in a log's database.
    #[must_use]
    pub fn new(database: &Database) -> Self {
        // An epoch that a fail-over rolls back would be given out twice.
        let majority = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
        let options = CollectionOptions::builder().write_concern(majority).build();
        Self { collection: database.collection_with_options(LEASES, options) }
    }

    /// Takes the lease when it is free or has run out, or renews it when `owner` has it already; none when somebody
    /// else has it. `owner` names one worker of one process for its life (a fresh UUID), never two.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away, or the document is not one of ours.
    pub async fn acquire(&self, name: &str, owner: &str) -> Result<Option<Held>, LogError> {
        // `$expr` is not allowed in an upsert's filter, so the condition is in the update. A missing `expires_at`
        // sorts before every date: a new lease is free.
        let update = vec![
            doc! { "$set": { "free": { "$not": { "$gt": ["$expires_at", "$$NOW"] } } } },
            doc! { "$set": {
                "owner": { "$cond": ["$free", { "$literal": owner }, "$owner"] },
                "epoch": { "$cond": ["$free", { "$add": [{ "$ifNull": ["$epoch", 0_i64] }, 1_i64] }, "$epoch"] },
                "expires_at": { "$cond": [
                    { "$or": ["$free", { "$eq": ["$owner", { "$literal": owner }] }] }, expiry(), "$expires_at",
                ] },
            } },
            doc! { "$unset": "free" },
        ];
        let call = self
            .collection
            .find_one_and_update(doc! { "_id": name }, update)
            .upsert(true)
            .return_document(ReturnDocument::After)
            .into_future();
        let after = match tokio::time::timeout(CALL_LIMIT, call).await {
            Ok(Ok(after)) => after,
            // Two made the document at the same time, and the other was first.
            Ok(Err(error)) if is_duplicate_key(&error) => return Ok(None),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => return Err(LogError::Unavailable(format!("no lease within {CALL_LIMIT:?}"))),
        };
        let Some(after) = after else { return Err(LogError::Corrupt("a lease that is not there".into())) };
        let (holder, epoch) = parts(&after)?;
        Ok((holder == owner).then_some(Held { epoch }))
    }

    /// Renews a lease; false when it has run out or changed hands, after which it must be acquired again.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub async fn renew(&self, name: &str, owner: &str, held: Held) -> Result<bool, LogError> {
        let filter = doc! {
            "_id": name, "owner": owner, "epoch": held.epoch, "$expr": { "$gt": ["$expires_at", "$$NOW"] },
        };
        let update = vec![doc! { "$set": { "expires_at": expiry() } }];
        let updated = within(CALL_LIMIT, self.collection.update_one(filter, update).into_future()).await?;
        Ok(updated.matched_count == 1)
    }

    /// Gives a lease back, so that the next need not wait for it to run out. One that is held no more is left alone.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub async fn release(&self, name: &str, owner: &str, held: Held) -> Result<(), LogError> {
        let filter = doc! { "_id": name, "owner": owner, "epoch": held.epoch };
        let update = vec![doc! { "$set": { "expires_at": "$$NOW" } }];
        within(CALL_LIMIT, self.collection.update_one(filter, update).into_future()).await?;
        Ok(())
    }

    /// Who has a lease; none when nobody ever had it.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away, or the document is not one of ours.
    pub async fn state(&self, name: &str) -> Result<Option<LeaseState>, LogError> {
        let projection = doc! { "owner": 1, "epoch": 1, "live": { "$gt": ["$expires_at", "$$NOW"] } };
        let call = self.collection.find_one(doc! { "_id": name }).projection(projection).into_future();
        let Some(found) = within(CALL_LIMIT, call).await? else { return Ok(None) };
        let (owner, epoch) = parts(&found)?;
        Ok(Some(LeaseState { owner, epoch, live: found.get_bool("live").unwrap_or(false) }))
    }

    /// Holds a lease for as long as it can be had, and tells through `held` whether, and in which epoch; runs until it
    /// is cancelled, then gives the lease back. When MongoDB is away, the lease counts as lost when it has run out.
    pub async fn keep(&self, name: &str, owner: &str, held: &watch::Sender<Option<Held>>, cancel: &CancellationToken) {
        let mut confirmed = Instant::now();
        loop {
            let asked = Instant::now();
            let now_held = match self.acquire(name, owner).await {
                Ok(answer) => {
                    confirmed = asked;
                    answer
                }
                Err(error) => {
                    tracing::debug!(lease = name, %error, "the lease can't be asked for");
                    // By the time of the question, not of the answer: the server counts from in between.
                    if confirmed.elapsed() < LEASE_TTL { *held.borrow() } else { None }
                }
            };
            held.send_if_modified(|before| std::mem::replace(before, now_held) != now_held);
            let pause = if now_held.is_some() { RENEW_EVERY } else { ASK_EVERY };
            tokio::select! {
                () = cancel.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
        if let Some(last) = held.send_replace(None)
            && let Err(error) = self.release(name, owner, last).await
        {
            tracing::debug!(lease = name, %error, "the lease was not given back; it runs out");
        }
    }
}

/// The end of a lease that is taken or renewed now: an expression over the server's clock.
fn expiry() -> Bson {
    let milliseconds = i64::try_from(LEASE_TTL.as_millis()).unwrap_or(i64::MAX);
    Bson::Document(doc! { "$add": ["$$NOW", milliseconds] })
}

fn parts(lease: &Document) -> Result<(String, i64), LogError> {
    let owner = lease.get_str("owner").map_err(|_| LogError::Corrupt("a lease without owner".into()))?;
    let epoch = lease.get_i64("epoch").map_err(|_| LogError::Corrupt("a lease without epoch".into()))?;
    Ok((owner.to_owned(), epoch))
}
