//! Idempotency records expire.
//!
//! MongoDB would do it by an index over their times. Every commit would have to write in that too, by which appending is a
//! tenth slower; and nothing else asks for it. Without an index they are found as easily: a collection lies in the order
//! in which its documents came, so the old ones are where it begins.

use std::sync::Weak;
use std::time::Duration;

use bson::{DateTime, Document, doc};
use futures::TryStreamExt as _;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::log::Inner;
use crate::mongo::{TIME_LIMIT, within};
use crate::{IdempotencyRecords, LogError};

/// How long a record is kept: over the day that the contract promises.
const KEPT: Duration = Duration::from_secs(26 * 3600);
/// How often it is looked for old ones, as MongoDB does.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How many are deleted at a time.
const AT_A_TIME: i64 = 1_000;

impl IdempotencyRecords {
    /// Deletes the records that are over 26 hours old at `now`; tells how many.
    ///
    /// It stops at the first that is younger. Should an old one lie behind that, after a restore for instance, it goes
    /// when its time has come: late, never early.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn expire(&self, now: DateTime) -> Result<u64, LogError> {
        let kept = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
        let before = DateTime::from_millis(now.timestamp_millis().saturating_sub(kept));
        let mut deleted = 0;
        loop {
            let oldest = async {
                let all = self.collection().find(doc! {}).sort(doc! { "$natural": 1 }).limit(AT_A_TIME);
                all.projection(doc! { "created_at": 1 }).await?.try_collect::<Vec<Document>>().await
            };
            let oldest = within(TIME_LIMIT, oldest).await?;
            let is_old = |record: &&Document| record.get_datetime("created_at").is_ok_and(|made| *made < before);
            let old: Vec<_> = oldest.iter().take_while(is_old).filter_map(|record| record.get("_id")).collect();
            if old.is_empty() {
                return Ok(deleted);
            }
            let delete = self.collection().delete_many(doc! { "_id": { "$in": old } });
            deleted += within(TIME_LIMIT, delete.into_future()).await?.deleted_count;
        }
    }
}

/// Has records expire until `stop`, or until nobody has the log any more. Every process that appends does so; that they
/// come in each other's way does no harm.
pub(crate) async fn keep_expiring(log: Weak<Inner>, stop: CancellationToken) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(looks.tick()).await.is_some() {
        let Some(log) = log.upgrade() else { return };
        if let Err(error) = log.idempotency.expire(DateTime::now()).await {
            tracing::warn!(%error, "idempotency records can't expire");
        }
    }
}
