//! What the appender stands on: the log over connections of its own.
//!
//! One appender writes for a whole process, one statement after the other, so each time that it waits for its turn on a
//! busy thread, all who append wait with it. It has a thread to itself, which the operating system wakes at once; and
//! the driver's connections live where they were made, so it makes its own there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bson::Document;
use events::Position;
use mongodb::{Client, Collection, Database};
use tokio::sync::broadcast;

use crate::log::Inner;
use crate::outgoing::Outgoing;
use crate::personal_data::PersonKeys;
use crate::{IdempotencyRecords, schema};

/// What the appender reads and writes, and whom it tells.
pub(super) struct Ground {
    pub(super) client: Client,
    pub(super) database: Database,
    pub(super) events: Collection<Document>,
    pub(super) head: Collection<Document>,
    pub(super) keys: PersonKeys,
    pub(super) idempotency: IdempotencyRecords,
    pub(super) committed: broadcast::Sender<Arc<[Outgoing]>>,
    observed: Arc<AtomicU64>,
}

impl Ground {
    /// That of a log; the connections belong to the runtime that it is called in.
    pub(super) fn of(log: &Inner) -> Result<Self, mongodb::error::Error> {
        let client = log.mongo.another()?;
        let (database, keys) = (client.database(&log.names.database), client.database(&log.names.keys_database));
        Ok(Self {
            events: database.collection(schema::EVENTS),
            head: database.collection(schema::HEAD),
            keys: log.keys.over(&keys),
            idempotency: log.idempotency.over(&database),
            committed: log.committed.clone(),
            observed: log.queue.observed_cell(),
            client,
            database,
        })
    }

    /// Everything up to this position is committed.
    pub(super) fn observe(&self, position: Position) {
        self.observed.fetch_max(position, Ordering::AcqRel);
    }
}
