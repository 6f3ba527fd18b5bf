//! Counters: one document per limit and subject.

use std::future::IntoFuture as _;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use event_log::{LogError, TIME_LIMIT, is_duplicate_key, limited, within};
use mongodb::bson::{Document, doc};
use mongodb::options::{Acknowledgment, CollectionOptions, ReturnDocument, WriteConcern};
use mongodb::{Collection, Database};
use secrecy::{ExposeSecret as _, SecretBox};
use serde::Deserialize;
use service_kit::clock::Clock;

use super::schema;
use super::window::{RateLimit, Slot};
use crate::tokens::hex_mac;

/// Two who make the same counter at once collide; a second collision needs a third who has deleted it meanwhile.
const TRIES: usize = 5;

/// The counters of all limits. An id is a HMAC: the collection holds no address, neither of mail nor of a client.
#[derive(Clone)]
pub(super) struct Counters {
    collection: Collection<Counter>,
    key: Arc<SecretBox<[u8; 32]>>,
    clock: Clock,
}

/// As it is stored. Bounded: there are no more slots than a window has, and mongod deletes it when all have left.
#[derive(Debug, Deserialize)]
struct Counter {
    slots: Vec<StoredSlot>,
    /// Whether the last who came was let through.
    passed: bool,
}

#[derive(Debug, Deserialize)]
struct StoredSlot {
    at: i64,
    count: i64,
}

/// What a limit says to one more.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It was counted.
    Passed(Counted),
    /// It wasn't: one more would pass in so many seconds.
    Refused(u64),
}

/// One that was counted, to be given back.
#[derive(Debug)]
pub(super) struct Counted {
    id: String,
    at: i64,
}

impl Counters {
    pub fn new(database: &Database, key: [u8; 32], clock: Clock) -> Self {
        Self {
            collection: database.collection_with_options(schema::RATE_LIMITS, acknowledged_by_one()),
            key: Arc::new(SecretBox::new(Box::new(key))),
            clock,
        }
    }

    /// Counts one more of `subject`, unless the limit is reached. Judged where it is counted, in one step: however many
    /// come at once, to however many processes, no more than the limit pass.
    pub async fn count(&self, limit: &RateLimit, subject: &[u8]) -> Result<Verdict, LogError> {
        let id = format!("{}:{}", limit.kind, hex_mac(self.key.expose_secret(), &[subject]));
        let now = self.clock.now();
        let at = limit.slot_at(now);
        let counter = self.judge(&id, count_one(limit, at, now)).await?;
        if counter.passed {
            return Ok(Verdict::Passed(Counted { id, at }));
        }
        let slots = counter.slots.iter().map(|slot| Slot { at: slot.at, count: slot.count }).collect();
        Ok(Verdict::Refused(limit.retry_after(slots, now)))
    }

    async fn judge(&self, id: &str, update: Vec<Document>) -> Result<Counter, LogError> {
        for _ in 0..TRIES {
            let call = self
                .collection
                .find_one_and_update(doc! { "_id": id }, update.clone())
                .upsert(true)
                .return_document(ReturnDocument::After);
            let limit = limited(TIME_LIMIT);
            match tokio::time::timeout(limit, call.into_future()).await {
                Ok(Ok(counter)) => {
                    return counter.ok_or_else(|| LogError::Corrupt("a counter that is not there".into()));
                }
                Ok(Err(error)) if is_duplicate_key(&error) => {}
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => return Err(LogError::Unavailable(format!("no answer within {limit:?}"))),
            }
        }
        Err(LogError::Unavailable("a counter could not be made".into()))
    }

    /// Takes one out again.
    pub async fn give_back(&self, counted: &Counted) -> Result<(), LogError> {
        let slot = doc! { "$elemMatch": { "at": counted.at, "count": { "$gt": 0 } } };
        let less = doc! { "$inc": { "slots.$.count": -1 } };
        let call = self.collection.update_one(doc! { "_id": &counted.id, "slots": slot }, less);
        within(TIME_LIMIT, call.into_future()).await.map(drop)
    }
}

/// A failover may lose what one member alone has acknowledged: a few attempts more pass then, or an owner is asked to
/// wait. Nobody was promised anything by it, so a login need not wait for a majority and its journals.
fn acknowledged_by_one() -> CollectionOptions {
    let one = WriteConcern::builder().w(Acknowledgment::Nodes(1)).build();
    CollectionOptions::builder().write_concern(one).build()
}

/// Drops the slots that count no more, and adds one to the slot of now when that leaves room. The limits go by the
/// product's clock; when mongod may delete the counter it tells by its own, since it's mongod that does it.
fn count_one(limit: &RateLimit, at: i64, now: DateTime<Utc>) -> Vec<Document> {
    let counting = doc! { "$filter": {
        "input": { "$ifNull": ["$slots", []] },
        "cond": { "$gt": ["$$this.at", limit.horizon(now)] },
    } };
    let one_more = doc! { "at": at, "count": { "$add": ["$$this.count", 1] } };
    let added = doc! { "$cond": [
        { "$in": [at, "$slots.at"] },
        { "$map": { "input": "$slots", "in": { "$cond": [{ "$eq": ["$$this.at", at] }, one_more, "$$this"] } } },
        { "$concatArrays": ["$slots", [{ "at": at, "count": 1 }]] },
    ] };
    vec![
        doc! { "$set": { "slots": counting } },
        doc! { "$set": { "passed": { "$lt": [{ "$sum": "$slots.count" }, i64::from(limit.max)] } } },
        doc! { "$set": {
            "slots": { "$cond": ["$passed", added, "$slots"] },
            // Who is refused does not keep it alive: after a clock was set back it would never go.
            "expires_at": { "$cond": ["$passed", { "$add": ["$$NOW", limit.life()] }, "$expires_at"] },
        } },
    ]
}
