//! Collection `audit_blocks`: which stretches of the log fall into a time.

use bson::doc;
use events::{Position, Timestamp};
use serde::{Deserialize, Serialize};

use super::{PositionKey, is_false, read_document};
use crate::Collection;
use crate::schema;

/// Positions in a block.
const POSITIONS: Position = 1_000;

/// The collection of stretches of the log. Times do not order the log, clocks being what they are; so events of a time
/// are looked for in the blocks that have any of it, in the order of positions. Written by projection `audit`.
pub const AUDIT_BLOCKS: Collection = Collection {
    name: "audit_blocks",
    schema: || {
        schema::read_document(doc! {
            "_id": PositionKey::schema(), "earliest": schema::time(), "latest": schema::time(),
        })
    },
    indexes: Vec::new,
};

/// A thousand positions, and the times of their events.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditBlock {
    /// The first of its positions.
    #[serde(rename = "_id")]
    pub key: PositionKey,
    /// The earliest time.
    pub earliest: Timestamp,
    /// The latest one.
    pub latest: Timestamp,
    /// Whether it could not take in an event.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(AuditBlock in AUDIT_BLOCKS, key);

impl AuditBlock {
    /// The key of the block that a position is in.
    #[must_use]
    pub const fn key_of(position: Position) -> PositionKey {
        PositionKey::new(position - position % POSITIONS)
    }

    /// The block of a position with the time of its event in it.
    #[must_use]
    pub fn with(before: Option<Self>, position: Position, time: Timestamp) -> Self {
        match before {
            Some(before) => Self { earliest: before.earliest.min(time), latest: before.latest.max(time), ..before },
            None => Self { key: Self::key_of(position), earliest: time, latest: time, stale: false },
        }
    }

    /// The last of its positions.
    #[must_use]
    pub const fn last(&self) -> Position {
        self.key.position() + POSITIONS - 1
    }
}
