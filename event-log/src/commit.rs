//! What is appended: a commit, all of it or nothing.

use events::{Actor, CorrelationId, Event, EventId, Position, StreamId, Timestamp, UserId, Version};

use crate::{LogError, NewIdempotencyRecord};

/// An event that has not happened yet.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// UUIDv7, given once: a retry that keeps it can be told from a second event.
    pub id: EventId,
    /// What is to happen.
    pub event: Event,
}

/// Where a stream must stand for a commit to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Exactly at this version: nobody has written since it was loaded.
    Exactly(Version),
    /// Anywhere: a counter stream, whose next version the appender assigns.
    Any,
}

/// The new events of one stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamAppend {
    /// The stream.
    pub stream: StreamId,
    /// Where it must stand.
    pub expected: Expected,
    /// What is added, in order; at least one.
    pub events: Vec<NewEvent>,
}

/// A stream that a decision has read and does not write: it must not have moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The stream.
    pub stream: StreamId,
    /// Where it must stand.
    pub version: Version,
}

/// What a commit does to a person's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// They register: their key is made. A key is made once in a lifetime.
    Create(UserId),
    /// They are erased: their key is destroyed.
    Destroy(UserId),
}

/// What all events of a commit have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// When it was decided.
    pub time: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// What ties the request's effects together.
    pub correlation_id: CorrelationId,
    /// The event that it follows from; none for what somebody asks for.
    pub causation_id: Option<EventId>,
}

/// Everything that one command does: all of it happens, or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// The streams that are written, each named once.
    pub appends: Vec<StreamAppend>,
    /// The streams that were only read.
    pub guards: Vec<Guard>,
    /// Makes a repetition of the command harmless.
    pub idempotency: Option<NewIdempotencyRecord>,
    /// Keys that come or go with it.
    pub keys: Vec<KeyChange>,
    /// Common to all its events.
    pub metadata: Metadata,
    /// A position of the head, as this process knew it before any of the streams was loaded
    /// ([`EventLog::observed`](crate::EventLog::observed)).
    pub observed: Position,
}

/// One event of a commit, where it ended up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its id.
    pub id: EventId,
    /// Its stream.
    pub stream: StreamId,
    /// Its place in the stream.
    pub version: Version,
    /// Its place in the log.
    pub position: Position,
}

/// A commit that is durable: majority-committed and journaled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Its events in order; at least one.
    pub events: Vec<Appended>,
}

impl Committed {
    /// The position of the last event: what a reader must have seen to see all of the commit.
    #[must_use]
    pub fn position(&self) -> Position {
        self.events.last().map_or(0, |event| event.position)
    }

    /// The version that a stream has after the commit; none when the commit does not write it.
    #[must_use]
    pub fn version_of(&self, stream: &StreamId) -> Option<Version> {
        self.events.iter().rev().find(|event| event.stream == *stream).map(|event| event.version)
    }
}

/// Why a commit did not happen.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// One of its streams has moved. Load, decide and append again; never append the old decision again.
    #[error("a stream has moved since it was read")]
    Conflict,
    /// A command with the same idempotency key has been here first; its record has the answer.
    #[error("the idempotency key has been used")]
    DuplicateRequest,
    /// The queue is full: more is asked than the log can write.
    #[error("too many commits are waiting")]
    Overloaded,
    /// Too large for one transaction.
    #[error("the commit is too large")]
    TooLarge,
    /// MongoDB did not confirm in time. The commit may have happened or not; who must know sends the command again
    /// with the same idempotency key.
    #[error("not confirmed: {0}")]
    Unconfirmed(String),
    /// The log can't be asked.
    #[error(transparent)]
    Log(#[from] LogError),
}
