//! The log's collections, their validators and indexes.

use std::future::IntoFuture;
use std::time::Duration;

use bson::{Document, doc};
use mongodb::options::IndexOptions;
use mongodb::{Client, Database, IndexModel};

use crate::mongo::{has_code, within};
use crate::{LogError, LogNames};

/// The events.
pub const EVENTS: &str = "events";
/// The head document.
pub const HEAD: &str = "log_head";
/// Its id.
pub const HEAD_ID: &str = "log";
/// Idempotency records.
pub const IDEMPOTENCY: &str = "idempotency";
/// Leases of workers.
pub const LEASES: &str = "leases";
/// The persons' keys, in the database of keys.
pub const PERSON_KEYS: &str = "person_keys";

/// Making an index of a large collection takes its time; at start only.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Makes what is missing. Transactions can't, so it is done at start.
pub async fn ensure(client: &Client, names: &LogNames) -> Result<(), LogError> {
    let database = client.database(&names.database);
    let keys = client.database(&names.keys_database);
    ensure_collection(&database, EVENTS, Some(events_schema())).await?;
    ensure_collection(&database, HEAD, Some(head_schema())).await?;
    ensure_collection(&database, IDEMPOTENCY, None).await?;
    ensure_collection(&database, LEASES, None).await?;
    ensure_collection(&keys, PERSON_KEYS, Some(keys_schema())).await?;
    // Beside `_id` the log has this index only: it is the uniqueness of versions, the way to read a stream in order
    // (versions are padded), and the one thing that a batch asks for to find its losers.
    let key = IndexModel::builder()
        .keys(doc! { "key": 1 })
        .options(IndexOptions::builder().name("stream_version".to_owned()).unique(true).build())
        .build();
    within(START_LIMIT, database.collection::<Document>(EVENTS).create_index(key).into_future()).await?;
    ensure_owners_of_answers(&database).await?;
    drop_indexes_over_all_records(&database).await?;
    let genesis = doc! { "$setOnInsert": { "position": 0_i64, "hash": crate::GENESIS_HASH, "turns": 0_i64 } };
    let head = database.collection::<Document>(HEAD);
    match within(START_LIMIT, head.update_one(doc! { "_id": HEAD_ID }, genesis).upsert(true).into_future()).await {
        Ok(_) => Ok(()),
        // Two processes start at once: one of them makes it.
        Err(error) => {
            within(START_LIMIT, head.find_one(doc! { "_id": HEAD_ID }).into_future()).await?.map(|_| ()).ok_or(error)
        }
    }
}

/// The way to the answers of a person who is erased.
async fn ensure_owners_of_answers(database: &Database) -> Result<(), LogError> {
    let records = database.collection::<Document>(IDEMPOTENCY);
    let answered = doc! { "answer": { "$exists": true } };
    let options =
        IndexOptions::builder().name("owner_of_answer".to_owned()).partial_filter_expression(answered).build();
    let owner = IndexModel::builder().keys(doc! { "owner": 1 }).options(options).build();
    within(START_LIMIT, records.create_index(owner).into_future()).await.map(drop)
}

/// Databases of earlier versions have two indexes over all idempotency records, which every commit has to write in.
async fn drop_indexes_over_all_records(database: &Database) -> Result<(), LogError> {
    const OVER_ALL: [&str; 2] = ["owner", "expiry"];
    let records = database.collection::<Document>(IDEMPOTENCY);
    let names = within(START_LIMIT, records.list_index_names().into_future()).await?;
    for name in names.iter().filter(|name| OVER_ALL.contains(&name.as_str())) {
        const INDEX_NOT_FOUND: i32 = 27;
        let dropping = async {
            match records.drop_index(name).await {
                // Two processes start at once: one of them drops it.
                Err(error) if has_code(&error, INDEX_NOT_FOUND) => Ok(()),
                outcome => outcome,
            }
        };
        within(START_LIMIT, dropping).await?;
    }
    Ok(())
}

/// Makes a collection where it is missing, and gives it this validator (a `$jsonSchema`).
///
/// # Errors
/// [`LogError`] when MongoDB is away, or refuses.
pub async fn ensure_collection(database: &Database, name: &str, schema: Option<Document>) -> Result<(), LogError> {
    const NAMESPACE_EXISTS: i32 = 48;
    let created = tokio::time::timeout(START_LIMIT, database.create_collection(name).into_future())
        .await
        .map_err(|_| LogError::Unavailable("creating a collection took too long".into()))?;
    match created {
        Ok(()) => {}
        Err(error) if has_code(&error, NAMESPACE_EXISTS) => {}
        Err(error) => return Err(error.into()),
    }
    if let Some(schema) = schema {
        let command = doc! { "collMod": name, "validator": { "$jsonSchema": schema } };
        within(START_LIMIT, database.run_command(command).into_future()).await?;
    }
    Ok(())
}

/// Has MongoDB delete documents so long after the time in that field: makes the index of this name where it is missing.
///
/// # Errors
/// [`LogError`] when MongoDB is away, or has another index of that name.
pub async fn ensure_expiry(
    database: &Database,
    collection: &str,
    name: &str,
    (field, after): (&str, Duration),
) -> Result<(), LogError> {
    let options = IndexOptions::builder().name(name.to_owned()).expire_after(after).build();
    let index = IndexModel::builder().keys(doc! { field: 1 }).options(options).build();
    let collection = database.collection::<Document>(collection);
    within(START_LIMIT, collection.create_index(index).into_future()).await.map(drop)
}

/// Names and kinds of the fields, and no more: lengths and bounds would be a seventh of the time that inserting an event
/// takes, and what is wrong there the chain shows. A field that is not listed by its kind is a text, and there are as many
/// as have to be there: to have each text by its name would take mongod half as long again.
fn events_schema() -> Document {
    let count = doc! { "bsonType": ["long", "int"] };
    doc! {
        "bsonType": "object",
        "required": [
            "_id", "key", "id", "stream_type", "stream_id", "version", "type", "schema_version", "time", "actor",
            "correlation_id", "causation_id", "subject_ids", "data", "prev_hash", "hash",
        ],
        "maxProperties": 16,
        "properties": {
            "_id": count.clone(),
            "version": count.clone(),
            "schema_version": count,
            "actor": { "bsonType": "object" },
            "causation_id": { "bsonType": ["string", "null"] },
            "subject_ids": { "bsonType": "array" },
            "data": { "bsonType": "object" },
        },
        "additionalProperties": { "bsonType": "string" },
    }
}

fn head_schema() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["position", "hash"],
        "properties": {
            "position": { "bsonType": ["long", "int"], "minimum": 0 },
            "hash": { "bsonType": "string", "minLength": 64, "maxLength": 64 },
        },
    }
}

fn keys_schema() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "wrapped"],
        "additionalProperties": false,
        "properties": { "_id": { "bsonType": "string" }, "wrapped": { "bsonType": "string" } },
    }
}
