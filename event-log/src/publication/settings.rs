//! What a publisher is told, and what it can fail of.

use std::time::Duration;

use events::Position;

use crate::LogError;

/// What can be set about publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublisherSettings {
    /// How long NATS carries an event. The log keeps it anyway.
    pub retention: Duration,
    /// How long NATS remembers message ids.
    pub duplicate_window: Duration,
    /// Replicas of the stream: 1, or 3 on a cluster.
    pub replicas: usize,
    /// How many messages may be on the way without an acknowledgement.
    pub ack_window: usize,
}

impl Default for PublisherSettings {
    fn default() -> Self {
        Self {
            retention: Duration::from_secs(7 * 24 * 3600),
            duplicate_window: Duration::from_secs(120),
            replicas: 1,
            ack_window: 512,
        }
    }
}

/// Why a step of publication failed. Nothing is lost: the next step starts from what the stream says of itself.
#[derive(Debug, thiserror::Error)]
pub enum PublicationError {
    /// The log can't be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// NATS is away, too slow, or refuses.
    #[error("NATS is unavailable: {0}")]
    Unavailable(String),
    /// The stream is not where this publisher left it: another one publishes, or NATS lost its end.
    #[error("the stream does not end before position {0}")]
    OutOfStep(Position),
    /// The stream holds this event in another place: it is not the log's.
    #[error("the stream has the event of position {position} at {sequence}")]
    Foreign {
        /// Where the log has it.
        position: Position,
        /// Where the stream has it.
        sequence: u64,
    },
}
