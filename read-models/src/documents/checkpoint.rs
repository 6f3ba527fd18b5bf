//! Collection `projections`: how far each projection has come.

use bson::doc;
use events::{Position, Timestamp};
use serde::{Deserialize, Serialize};

use super::status_words;
use crate::Collection;
use crate::schema;

/// The collection of checkpoints, one document per projection; written with the projection's documents, in the same
/// transaction.
pub const PROJECTIONS: Collection = Collection {
    name: "projections",
    schema: || {
        let mut schema = schema::object(doc! {
            "_id": schema::text(),
            "version": schema::count(),
            "position": schema::count(),
            "epoch": schema::count(),
            "state": schema::one_of(ProjectionState::ALL.iter().map(|word| word.as_str())),
            "updated_at": schema::time(),
        });
        // Checkpoints from before the first swap have none until they are taken over.
        if let Ok(properties) = schema.get_document_mut("properties") {
            properties.insert("generation", schema::count());
        }
        schema
    },
    indexes: Vec::new,
};

status_words! {
    /// What a projection is doing.
    ProjectionState {
        /// Following the log.
        Live = "live",
        /// Its collections are being swapped for rebuilt ones: nothing is written to them.
        Swapping = "swapping",
    }
}

/// How far a projection has come: its documents are the fold of the events up to `position`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The projection.
    #[serde(rename = "_id")]
    pub name: String,
    /// Version of the code that wrote the documents.
    pub version: u32,
    /// The last event that is in them.
    pub position: Position,
    /// Epoch of the lease of the worker that may write; every other's writes fail.
    pub epoch: i64,
    /// What it is doing.
    pub state: ProjectionState,
    /// How often the documents have been swapped for rebuilt ones. Whoever has folded on those before writes nothing.
    #[serde(default)]
    pub generation: u64,
    /// When this document was written last, by the worker's clock; for people only.
    pub updated_at: Timestamp,
}
