//! The new collections take the place of the others.
//!
//! 1. The checkpoint says that the collections are being swapped: from then on no worker can write, and its position
//!    stands.
//! 2. The new documents are brought to that position, and the record says so.
//! 3. Each new collection is renamed over the one that serves, which MongoDB does at one instant. Readers whose cursor that
//!    kills read again.
//! 4. In one transaction the checkpoint says that the collections are live, of the next generation; what is parked in the
//!    new documents takes the place of what was parked in the others; and the record says that it is done.
//!
//! Whoever finds it broken off goes on: a new collection that is there is renamed, one that is not there was.

use std::future::IntoFuture as _;
use std::time::Duration;

use bson::{Document, doc};
use event_log::{EventLog, LogError, commit_transaction, signed, within};
use events::Position;
use futures::TryStreamExt as _;
use mongodb::ClientSession;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR};
use mongodb::options::{ReadConcern, ReturnDocument};
use read_models::{Checkpoint, PARKED, PROJECTIONS, Parked, ProjectionState, REBUILDS, Rebuild};

use super::RebuildError;
use super::record::own;
use super::shadow::{Shadow, rename};
use crate::Projection;
use crate::store::{majority, now};

/// The longest that one call may take.
const LIMIT: Duration = Duration::from_secs(10);
/// How often the last transaction is tried when another is in its way.
const ATTEMPTS: u32 = 10;

/// The checkpoint of a projection, made when there is none.
pub(super) async fn checkpoint(log: &EventLog, projection: &dyn Projection) -> Result<Checkpoint, LogError> {
    let checkpoints = log.database().collection::<Checkpoint>(PROJECTIONS.name);
    let new = doc! { "$setOnInsert": {
        "version": i64::from(projection.version()), "position": 0_i64, "epoch": 0_i64, "generation": 0_i64,
        "state": ProjectionState::Live.as_str(), "updated_at": now().to_string(),
    } };
    let call = checkpoints.find_one_and_update(doc! { "_id": projection.name() }, new).upsert(true);
    let call = call.return_document(ReturnDocument::After).write_concern(majority()).into_future();
    within(LIMIT, call).await?.ok_or_else(|| LogError::Corrupt("a checkpoint that is not there".into()))
}

/// Shuts the workers out; gives the position that the documents have from then on.
pub(super) async fn fence(log: &EventLog, projection: &dyn Projection) -> Result<Position, LogError> {
    state(log, projection, ProjectionState::Swapping).await?;
    Ok(checkpoint(log, projection).await?.position)
}

/// Lets them in again.
pub(super) async fn unfence(log: &EventLog, projection: &dyn Projection) -> Result<(), LogError> {
    state(log, projection, ProjectionState::Live).await
}

async fn state(log: &EventLog, projection: &dyn Projection, state: ProjectionState) -> Result<(), LogError> {
    let checkpoints = log.database().collection::<Checkpoint>(PROJECTIONS.name);
    let update = doc! { "$set": { "state": state.as_str() } };
    let call = checkpoints.update_one(doc! { "_id": projection.name() }, update).write_concern(majority());
    within(LIMIT, call.into_future()).await.map(drop)
}

/// Renames the new collections that are there over those that serve.
pub(super) async fn place(log: &EventLog, projection: &dyn Projection, shadow: &Shadow) -> Result<(), RebuildError> {
    let names = within(LIMIT, log.database().list_collection_names().into_future()).await?;
    for collection in projection.collections() {
        let new = shadow.name(collection.name);
        if names.contains(&new) {
            rename(log.database(), &new, collection.name).await?;
        }
    }
    Ok(())
}

/// Says that it is done, all of it or nothing.
pub(super) async fn finish(
    log: &EventLog,
    projection: &dyn Projection,
    shadow: &Shadow,
    done: &Rebuild,
) -> Result<(), RebuildError> {
    let parked = log.database().collection::<Parked>(PARKED.name);
    let find = async { parked.find(doc! { "projection": shadow.parked_name() }).await?.try_collect().await };
    let found: Vec<Parked> = within(LIMIT, find).await?;
    let name = projection.name();
    let parked: Vec<Parked> = found
        .into_iter()
        .map(|parked| Parked {
            id: Parked::id_of(name, &parked.collection, &parked.key),
            projection: name.to_owned(),
            ..parked
        })
        .collect();
    let mut attempt = 1;
    loop {
        let finished = within(LIMIT, async { Ok(transaction(log, name, shadow, done, &parked).await) }).await?;
        match finished {
            Ok(true) => return Ok(()),
            Ok(false) => return Err(RebuildError::Stale),
            Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) && attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

async fn transaction(
    log: &EventLog,
    name: &str,
    shadow: &Shadow,
    done: &Rebuild,
    parked: &[Parked],
) -> Result<bool, Error> {
    let mut session = log.client().start_session().await?;
    session.start_transaction().read_concern(ReadConcern::snapshot()).write_concern(majority()).await?;
    let finished = write(log, name, shadow, done, parked, &mut session).await;
    if matches!(finished, Ok(true)) {
        commit_transaction(&mut session).await?;
    } else {
        let _ = session.abort_transaction().await;
    }
    finished
}

async fn write(
    log: &EventLog,
    name: &str,
    shadow: &Shadow,
    done: &Rebuild,
    parked: &[Parked],
    session: &mut ClientSession,
) -> Result<bool, Error> {
    let database = log.database();
    let records = database.collection::<Rebuild>(REBUILDS.name);
    if records.replace_one(own(done), done).session(&mut *session).await?.matched_count != 1 {
        return Ok(false);
    }
    let checkpoints = database.collection::<Document>(PROJECTIONS.name);
    let update = doc! {
        "$set": {
            "state": ProjectionState::Live.as_str(), "version": i64::from(done.version),
            "position": signed(done.written).unwrap_or(i64::MAX), "updated_at": now().to_string(),
        },
        "$inc": { "generation": 1_i64 },
    };
    let swapping = doc! { "_id": name, "state": ProjectionState::Swapping.as_str() };
    if checkpoints.update_one(swapping, update).session(&mut *session).await?.matched_count != 1 {
        return Ok(false);
    }
    let all = database.collection::<Parked>(PARKED.name);
    let both = doc! { "projection": { "$in": [name, &shadow.parked_name()] } };
    all.delete_many(both).session(&mut *session).await?;
    if !parked.is_empty() {
        all.insert_many(parked).session(&mut *session).await?;
    }
    Ok(true)
}
