//! The collections of the limits.

use std::time::Duration;

use event_log::{LogError, ensure_expiry};
use mongodb::Database;
use mongodb::bson::{Document, doc};
use read_models::Collection;

/// The counters.
pub(super) const RATE_LIMITS: &str = "rate_limits";
/// Where accounts have signed in from.
pub(super) const KNOWN_ADDRESSES: &str = "known_addresses";

/// How long an address stays known after the last login from it.
const KNOWN: Duration = Duration::from_secs(90 * 86_400);

const COLLECTIONS: [Collection; 2] = [
    Collection { name: RATE_LIMITS, schema: counter, indexes: Vec::new },
    Collection { name: KNOWN_ADDRESSES, schema: known_address, indexes: || vec![("owner", doc! { "owner": 1 })] },
];

/// Makes what is missing.
pub(super) async fn ensure(database: &Database) -> Result<(), LogError> {
    read_models::ensure(database, &COLLECTIONS).await?;
    ensure_expiry(database, RATE_LIMITS, "expiry", ("expires_at", Duration::ZERO)).await?;
    ensure_expiry(database, KNOWN_ADDRESSES, "expiry", ("seen_at", KNOWN)).await
}

fn counter() -> Document {
    let slot = doc! {
        "bsonType": "object",
        "required": ["at", "count"],
        "additionalProperties": false,
        "properties": {
            "at": { "bsonType": "long" },
            "count": { "bsonType": ["int", "long"], "minimum": 0 },
        },
    };
    doc! {
        "bsonType": "object",
        "required": ["_id", "slots", "passed", "expires_at"],
        "additionalProperties": false,
        "properties": {
            "_id": { "bsonType": "string", "minLength": 1 },
            "slots": { "bsonType": "array", "items": slot },
            "passed": { "bsonType": "bool" },
            "expires_at": { "bsonType": "date" },
        },
    }
}

fn known_address() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "owner", "seen_at"],
        "additionalProperties": false,
        "properties": {
            "_id": { "bsonType": "string", "minLength": 64, "maxLength": 64 },
            "owner": { "bsonType": "string", "minLength": 36, "maxLength": 36 },
            "seen_at": { "bsonType": "date" },
        },
    }
}
