//! What operators ask of a projection: the stream `projection-control/<name>`, followed and answered.

use chrono::Utc;
use event_log::{AppendError, Commit, EventLog, Expected, LogError, Metadata, NewEvent, Opened, StreamAppend};
use events::{
    Actor, CorrelationId, Event, EventId, ProjectionControlEvent, RebuildCause, RebuildEnded, RebuildOutcome,
    RebuildRequested, StreamId, StreamType, Timestamp, Version,
};
use uuid::Uuid;

/// A retry that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RetryAsked {
    pub(crate) parked_id: Uuid,
    pub(crate) at: Timestamp,
}

/// The stream, as far as it has been read.
pub(crate) struct Control {
    log: EventLog,
    projection: &'static str,
    stream: StreamId,
    version: Version,
    /// The rebuild that was asked for last and has not ended.
    running: Option<Uuid>,
    retries: Vec<RetryAsked>,
}

impl Control {
    /// Nothing has been read yet.
    pub(crate) fn new(log: &EventLog, projection: &'static str) -> Self {
        Self {
            log: log.clone(),
            projection,
            stream: StreamId::new(StreamType::ProjectionControl, projection),
            version: 0,
            running: None,
            retries: Vec::new(),
        }
    }

    /// Reads what is new; one covered query when nothing is.
    ///
    /// # Errors
    /// [`LogError`].
    pub(crate) async fn refresh(&mut self) -> Result<(), LogError> {
        if !self.log.moved(&[(&self.stream, self.version)]).await? {
            return Ok(());
        }
        let stored = self.log.read_stream(&self.stream, self.version).await?;
        for event in self.log.open_events(stored).await? {
            match event {
                Opened::Known(event) => {
                    self.version = event.version;
                    if let Event::ProjectionControl(control) = event.event {
                        self.take(&control, event.time);
                    }
                }
                // Asked by newer code, which sees to it itself.
                Opened::Unknown { stored, .. } => self.version = stored.version,
            }
        }
        Ok(())
    }

    fn take(&mut self, event: &ProjectionControlEvent, at: Timestamp) {
        match event {
            ProjectionControlEvent::RebuildRequested(event) => self.running = Some(event.rebuild_id),
            ProjectionControlEvent::RebuildCancelled(event) => {
                self.running.take_if(|id| *id == event.rebuild_id).map_or((), drop)
            }
            ProjectionControlEvent::RebuildEnded(event) => {
                self.running.take_if(|id| *id == event.rebuild_id).map_or((), drop)
            }
            ProjectionControlEvent::ParkedRetryRequested(event) => {
                self.retries.push(RetryAsked { parked_id: event.parked_id, at });
            }
        }
    }

    /// The rebuild that is to run.
    pub(crate) const fn running(&self) -> Option<Uuid> {
        self.running
    }

    /// The retries that were asked for since this was called last.
    pub(crate) fn retries(&mut self) -> Vec<RetryAsked> {
        std::mem::take(&mut self.retries)
    }

    /// Says that a rebuild has ended.
    ///
    /// # Errors
    /// [`LogError`]; it is to be said again.
    pub(crate) async fn ended(&mut self, rebuild_id: Uuid, outcome: RebuildOutcome) -> Result<(), LogError> {
        let projection = self.projection.to_owned();
        self.append(RebuildEnded { projection, rebuild_id, outcome }.into()).await
    }

    /// Asks for a rebuild, since the code is of another version than the documents.
    ///
    /// # Errors
    /// [`LogError`]; when somebody else has asked for something meanwhile that is to be read first.
    pub(crate) async fn request(&mut self) -> Result<(), LogError> {
        let (projection, rebuild_id) = (self.projection.to_owned(), Uuid::now_v7());
        self.append(RebuildRequested { projection, rebuild_id, cause: RebuildCause::NewVersion }.into()).await
    }

    async fn append(&mut self, event: ProjectionControlEvent) -> Result<(), LogError> {
        let commit = Commit {
            appends: vec![StreamAppend {
                stream: self.stream.clone(),
                expected: Expected::Exactly(self.version),
                events: vec![NewEvent { id: EventId::new(Uuid::now_v7()), event: event.into() }],
            }],
            guards: Vec::new(),
            idempotency: None,
            keys: Vec::new(),
            metadata: Metadata {
                time: Timestamp::new(Utc::now()),
                actor: Actor::system(),
                correlation_id: CorrelationId::new(Uuid::now_v7()),
                causation_id: None,
            },
            observed: self.log.observed(),
        };
        match self.log.append(commit).await {
            // What was asked for meanwhile is read first; it is come back to this.
            Ok(_) | Err(AppendError::Conflict) => self.refresh().await,
            Err(AppendError::Log(error)) => Err(error),
            Err(
                error @ (AppendError::DuplicateRequest
                | AppendError::Overloaded
                | AppendError::TooLarge
                | AppendError::Unconfirmed(_)),
            ) => Err(LogError::Unavailable(error.to_string())),
        }
    }
}
