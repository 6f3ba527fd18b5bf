//! How far a rebuild is: its record in the collection `rebuilds`, written by the holder of its lease only.

use std::future::IntoFuture as _;
use std::time::Duration;

use bson::{Document, doc};
use event_log::{LogError, within};
use mongodb::options::{Acknowledgment, CollectionOptions, WriteConcern};
use mongodb::{Collection, Database};
use read_models::{REBUILDS, Rebuild};

use super::RebuildError;

/// The longest that one call may take.
const LIMIT: Duration = Duration::from_secs(10);

/// The records of rebuilds.
#[derive(Clone)]
pub(super) struct Records(Collection<Rebuild>);

impl Records {
    pub(super) fn new(database: &Database) -> Self {
        // When the majority has it, it has all that was written before, on the same primary.
        let majority = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
        Self(
            database
                .collection_with_options(REBUILDS.name, CollectionOptions::builder().write_concern(majority).build()),
        )
    }

    /// The last rebuild of a projection.
    pub(super) async fn find(&self, projection: &str) -> Result<Option<Rebuild>, LogError> {
        within(LIMIT, self.0.find_one(doc! { "_id": projection }).into_future()).await
    }

    /// Takes a rebuild over, or begins one, in place of that of an earlier epoch.
    pub(super) async fn take_over(&self, rebuild: &Rebuild) -> Result<(), RebuildError> {
        let filter = doc! { "_id": &rebuild.projection, "epoch": { "$lte": rebuild.epoch } };
        let replaced = within(LIMIT, self.0.replace_one(filter, rebuild).upsert(true).into_future()).await;
        match replaced {
            Ok(_) => Ok(()),
            // A later epoch is there: the upsert finds its id taken.
            Err(error) => match self.find(&rebuild.projection).await? {
                Some(found) if found.epoch > rebuild.epoch => Err(RebuildError::Stale),
                Some(_) | None => Err(error.into()),
            },
        }
    }

    /// Writes down how far it is.
    pub(super) async fn save(&self, rebuild: &Rebuild) -> Result<(), RebuildError> {
        let replaced = within(LIMIT, self.0.replace_one(own(rebuild), rebuild).into_future()).await?;
        if replaced.matched_count == 1 { Ok(()) } else { Err(RebuildError::Stale) }
    }
}

/// The record, as long as it is of this rebuild and of its holder.
pub(super) fn own(rebuild: &Rebuild) -> Document {
    doc! { "_id": &rebuild.projection, "rebuild_id": &rebuild.rebuild_id, "epoch": rebuild.epoch }
}
