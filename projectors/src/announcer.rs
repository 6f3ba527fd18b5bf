//! Telling the APIs how far a projection is.

use std::time::Duration;

use async_nats::Client;
use async_nats::connection::State;
use events::Position;
use read_models::Announcement;

/// An announcement that NATS does not take at once is dropped: the next one says more.
const LIMIT: Duration = Duration::from_millis(100);

/// Announces the positions of one projection.
pub(crate) struct Announcer {
    nats: Client,
    subject: String,
    projection: &'static str,
    epoch: i64,
}

impl Announcer {
    pub(crate) fn new(nats: &Client, subject: String, projection: &'static str, epoch: i64) -> Self {
        Self { nats: nats.clone(), subject, projection, epoch }
    }

    /// Says it once, to whom is listening. Nothing depends on it: who hears nothing reads the checkpoint.
    pub(crate) async fn announce(&self, position: Position) {
        // The client would queue for a server that is away, and deliver old news later.
        if self.nats.connection_state() != State::Connected {
            return;
        }
        let announcement = Announcement { projection: self.projection.to_owned(), position, epoch: self.epoch };
        let Ok(payload) = serde_json::to_vec(&announcement) else { return };
        let published = tokio::time::timeout(LIMIT, self.nats.publish(self.subject.clone(), payload.into())).await;
        if !matches!(published, Ok(Ok(()))) {
            tracing::debug!(projection = self.projection, position, "not announced");
        }
    }
}
