//! The JetStream stream of the events: how it is made, looked at, and made anew.

use async_nats::Client;
use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{
    Context, DeleteStreamErrorKind, GetStreamErrorKind, PublishAckFuture, PublishErrorKind,
};
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, Info, RawMessageErrorKind, RetentionPolicy, StorageType, Stream,
};
use events::{EventId, Position};

use super::{PublicationError, PublisherSettings, is_connected, jetstream, message};
use crate::LogNames;
use crate::outgoing::Outgoing;

/// The stream, reachable or not.
pub struct EventStream {
    client: Client,
    context: Context,
    names: LogNames,
    settings: PublisherSettings,
}

/// What a stream says of itself.
pub struct Seen {
    /// Sequence of the last message that it took; 0 before the first.
    pub last: Position,
    /// Whether messages are kept in it.
    pub has_messages: bool,
    stream: Stream<Info>,
}

impl EventStream {
    pub fn new(client: &Client, names: &LogNames, settings: &PublisherSettings) -> Self {
        Self { client: client.clone(), context: jetstream(client), names: names.clone(), settings: settings.clone() }
    }

    /// Whether a new stream can begin at any position: nats-server 2.10 and later. Earlier ones ignore the wish.
    pub fn can_begin_anywhere(&self) -> bool {
        self.client.is_server_compatible(2, 10, 0)
    }

    /// How long it carries an event.
    pub fn retention(&self) -> std::time::Duration {
        self.settings.retention
    }

    /// Looks at the stream; none when there is none.
    pub async fn look(&self) -> Result<Option<Seen>, PublicationError> {
        if !is_connected(&self.client) {
            return Err(PublicationError::Unavailable("not connected".into()));
        }
        let stream = match self.context.get_stream(self.names.stream_name()).await {
            Ok(stream) => stream,
            Err(error) if matches!(error.kind(), GetStreamErrorKind::JetStream(cause) if is_missing(&cause)) => {
                return Ok(None);
            }
            Err(error) => return Err(unavailable(error)),
        };
        let state = &stream.cached_info().state;
        Ok(Some(Seen { last: state.last_sequence, has_messages: state.messages > 0, stream }))
    }

    /// The event id of the last message, empty when it has none; none when that message is not kept any more.
    pub async fn last_id(&self, seen: &Seen) -> Result<Option<String>, PublicationError> {
        match seen.stream.get_raw_message(seen.last).await {
            Ok(message) => {
                let id = message.headers.get(NATS_MESSAGE_ID);
                Ok(Some(id.map(|id| id.as_str().to_owned()).unwrap_or_default()))
            }
            Err(error) if matches!(error.kind(), RawMessageErrorKind::NoMessageFound) => Ok(None),
            Err(error) if matches!(error.kind(), RawMessageErrorKind::JetStream(cause) if is_missing(&cause)) => {
                Ok(None)
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Brings the settings that may change over a stream's life to what they should be. That it can't be done is no
    /// reason not to publish.
    pub async fn adjust(&self, seen: &Seen) {
        let found = &seen.stream.cached_info().config;
        let wanted = self.config(None);
        if found.max_age == wanted.max_age
            && found.duplicate_window == wanted.duplicate_window
            && found.num_replicas == wanted.num_replicas
            && found.subjects == wanted.subjects
        {
            return;
        }
        let adjusted = Config {
            max_age: wanted.max_age,
            duplicate_window: wanted.duplicate_window,
            num_replicas: wanted.num_replicas,
            subjects: wanted.subjects,
            ..found.clone()
        };
        if let Err(error) = self.context.update_stream(adjusted).await {
            tracing::warn!(stream = wanted.name, %error, "the event stream keeps its old settings");
        }
    }

    /// Makes the stream; its first message will be that position, when the server can begin there.
    pub async fn create(&self, first: Position) -> Result<(), PublicationError> {
        self.context.create_stream(self.config(Some(first))).await.map_err(unavailable)?;
        Ok(())
    }

    /// Removes the stream. Purging would not do: the message ids that it has seen would swallow what is published
    /// again, and its sequence would go on from where it was.
    pub async fn delete(&self) -> Result<(), PublicationError> {
        match self.context.delete_stream(self.names.stream_name()).await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind(), DeleteStreamErrorKind::JetStream(cause) if is_missing(&cause)) => {
                Ok(())
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Sends an event, to stand behind the event `previous`, as a stub when the server would not take it whole. The answer
    /// comes later.
    pub async fn send(
        &self,
        event: &Outgoing,
        previous: Option<EventId>,
    ) -> Result<PublishAckFuture, PublicationError> {
        // Disconnected, the client would queue messages for later, up to its capacity, and block then.
        if !is_connected(&self.client) {
            return Err(PublicationError::Unavailable("not connected".into()));
        }
        let subject = self.names.subject(event.stream.stream_type().as_str(), &event.event_type);
        match self.context.send_publish(subject.clone(), message::whole(event, previous)).await {
            Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                self.context.send_publish(subject, message::stub(event, previous)).await.map_err(unavailable)
            }
            sent => sent.map_err(unavailable),
        }
    }

    /// Waits until the server has taken the event of that position, in that place.
    pub async fn settle(&self, position: Position, ack: PublishAckFuture) -> Result<(), PublicationError> {
        match ack.await {
            // Also when it is called a duplicate: published before, in its place, and the answer was lost.
            Ok(ack) if ack.sequence == position => Ok(()),
            Ok(ack) => Err(PublicationError::Foreign { position, sequence: ack.sequence }),
            Err(error) => match error.kind() {
                PublishErrorKind::WrongLastSequence
                | PublishErrorKind::WrongLastMessageId
                | PublishErrorKind::StreamNotFound => Err(PublicationError::OutOfStep(position)),
                PublishErrorKind::TimedOut
                | PublishErrorKind::BrokenPipe
                | PublishErrorKind::MaxAckPending
                | PublishErrorKind::MaxPayloadExceeded
                | PublishErrorKind::Other => Err(unavailable(error)),
            },
        }
    }

    fn config(&self, first: Option<Position>) -> Config {
        Config {
            name: self.names.stream_name(),
            description: Some("The event log, carried. Sequence = position.".to_owned()),
            subjects: vec![self.names.all_subjects()],
            storage: StorageType::File,
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::Old,
            max_age: self.settings.retention,
            // The server refuses a window that is longer than the messages live.
            duplicate_window: self.settings.duplicate_window.min(self.settings.retention),
            num_replicas: self.settings.replicas,
            first_sequence: first.filter(|first| *first > 1 && self.can_begin_anywhere()),
            ..Config::default()
        }
    }
}

/// Whether JetStream says that a stream or a message is not there.
fn is_missing(error: &async_nats::jetstream::Error) -> bool {
    [ErrorCode::STREAM_NOT_FOUND, ErrorCode::NO_MESSAGE_FOUND].contains(&error.error_code())
}

fn unavailable(error: impl std::fmt::Display) -> PublicationError {
    PublicationError::Unavailable(error.to_string())
}
