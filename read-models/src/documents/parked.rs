//! Collection `parked`: documents that could not follow the log, and why.

use bson::doc;
use events::{Position, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::status_words;
use crate::Collection;
use crate::schema;

/// The collection of parked document keys, of all projections.
pub const PARKED: Collection = Collection {
    name: "parked",
    schema: || {
        schema::object(doc! {
            "_id": schema::id(),
            "projection": schema::text(),
            "collection": schema::text(),
            "key": schema::text(),
            "cause": schema::one_of(ParkCause::ALL.iter().map(|word| word.as_str())),
            "error": schema::text(),
            "position": schema::count(),
            "last_position": schema::count(),
            "events": schema::count(),
            "since": schema::time(),
        })
    },
    indexes: || vec![("projection", doc! { "projection": 1, "position": 1 })],
};

status_words! {
    /// Why a document is parked.
    ParkCause {
        /// An event about it failed.
        Failed = "failed",
        /// An event about it touches another parked document, so that it waits behind that one.
        Behind = "behind",
    }
}

/// A document that has not followed the log since `position`. Its events queue in the log itself: a retry folds the
/// document anew from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// [`Parked::id_of`] the three below: stable, and fit for a URL.
    #[serde(rename = "_id")]
    pub id: String,
    /// The projection.
    pub projection: String,
    /// The document's collection; `stream:<type>` when what is parked is a stream whose documents could not be told.
    pub collection: String,
    /// The document's `_id`; of a stream, its id.
    pub key: String,
    /// Why.
    pub cause: ParkCause,
    /// The error, or what it waits behind. Never holds personal data.
    pub error: String,
    /// The first event that is not in the document.
    pub position: Position,
    /// The last one so far.
    pub last_position: Position,
    /// How many there are.
    pub events: u64,
    /// When it was parked, by the worker's clock; for people only.
    pub since: Timestamp,
}

impl Parked {
    /// The id of the record of a document: a UUIDv5 of projection, collection and key.
    #[must_use]
    pub fn id_of(projection: &str, collection: &str, key: &str) -> String {
        /// A namespace of its own, made once at random.
        const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_0c52_9a3e_4b77_8d25_41f0_c9be_7a13);
        Uuid::new_v5(&NAMESPACE, format!("{projection}/{collection}/{key}").as_bytes()).to_string()
    }
}
