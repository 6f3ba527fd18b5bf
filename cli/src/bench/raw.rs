//! The yardstick: one document per `insert_one`, majority-committed and journaled, without order or transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Context as _;
use bson::Document;
use event_log::{EventLog, canonical_document};
use mongodb::Collection;
use mongodb::options::{Acknowledgment, ClientOptions, WriteConcern};
use uuid::Uuid;

/// Inserts copies of one document, each with ids of its own, into a collection with no other index and no validator.
#[derive(Clone)]
pub struct RawInserts {
    collection: Collection<Document>,
    sample: Arc<Document>,
    next: Arc<AtomicI64>,
}

impl RawInserts {
    /// Inserts like the event at the end of `log`, over as many connections as there are clients.
    ///
    /// # Errors
    /// When the log is empty or MongoDB is away.
    pub async fn like_the_last_event(log: &EventLog, uri: &str, clients: u32) -> anyhow::Result<Self> {
        let head = log.head().await?;
        let last = log.read(head.position.saturating_sub(1), 1).await?;
        let sample = canonical_document(last.first().context("the log is empty")?)?;
        let mut options = ClientOptions::parse(uri).await?;
        options.max_pool_size = Some(clients);
        let journaled = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
        options.write_concern = Some(journaled);
        let database = mongodb::Client::with_options(options)?.database("bench_raw");
        let name = format!("events_{clients}");
        database.create_collection(&name).await?;
        Ok(Self { collection: database.collection(&name), sample: Arc::new(sample), next: Arc::new(AtomicI64::new(1)) })
    }

    /// One insert.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn insert(&self) -> anyhow::Result<()> {
        let mut document = Document::clone(&self.sample);
        let id = Uuid::now_v7();
        document.insert("_id", self.next.fetch_add(1, Ordering::Relaxed));
        document.insert("id", id.to_string());
        document.insert("key", format!("session/{id}/0000000001"));
        self.collection.insert_one(document).await?;
        Ok(())
    }
}
