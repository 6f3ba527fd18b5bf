//! Reading the audit trail is itself on the audit trail.

use std::collections::BTreeMap;
use std::fmt::Display;

use access::{Caller, log_failure};
use event_log::{AppendError, Commit, EventLog, Expected, Metadata, NewEvent, StreamAppend};
use events::{
    Actor, AuditAccessEvent, AuditTrailRead, AuditView, CorrelationId, EventId, Personal, StreamId, StreamType,
    Timestamp,
};
use service_kit::clock::Clock;
use service_kit::http::{ApiError, RequestContext};
use uuid::Uuid;

/// Writes down who reads what.
#[derive(Clone)]
pub(crate) struct Readings {
    log: EventLog,
    clock: Clock,
}

/// What was asked for, by the names of the parameters.
#[derive(Default)]
pub(crate) struct Asked(BTreeMap<String, String>);

impl Asked {
    /// With a parameter, if it was given.
    pub(crate) fn with(mut self, name: &str, value: Option<impl Display>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.to_string());
        }
        self
    }
}

impl Readings {
    pub(crate) const fn new(log: EventLog, clock: Clock) -> Self {
        Self { log, clock }
    }

    /// Writes down that the caller reads, before they are answered. No projection is waited for.
    ///
    /// # Errors
    /// 503 when it can't be written: then nothing must be shown.
    pub(crate) async fn record(
        &self,
        caller: &Caller,
        context: &RequestContext,
        view: AuditView,
        asked: Asked,
    ) -> Result<(), ApiError> {
        let user_id = caller.user_id;
        let own = |text: String| Some(Personal::new(user_id, text));
        let actor = Actor {
            user_id: Some(user_id),
            role: caller.role.into(),
            ip: own(context.client_ip.to_string()),
            user_agent: context.user_agent.as_deref().map(str::to_owned).and_then(own),
        };
        let read = AuditAccessEvent::from(AuditTrailRead { user_id, view, query: asked.0 });
        let commit = Commit {
            appends: vec![StreamAppend {
                stream: StreamId::new(StreamType::AuditAccess, user_id),
                expected: Expected::Any,
                events: vec![NewEvent { id: EventId::new(Uuid::now_v7()), event: read.into() }],
            }],
            guards: Vec::new(),
            idempotency: None,
            keys: Vec::new(),
            metadata: Metadata {
                time: Timestamp::new(self.clock.now()),
                actor,
                correlation_id: CorrelationId::new(context.correlation_id),
                causation_id: None,
            },
            observed: self.log.observed(),
        };
        match self.log.append(commit).await {
            Ok(_) => Ok(()),
            Err(AppendError::Log(error)) => Err(log_failure(&error)),
            Err(
                error @ (AppendError::Conflict
                | AppendError::DuplicateRequest
                | AppendError::Overloaded
                | AppendError::TooLarge
                | AppendError::Unconfirmed(_)),
            ) => Err(ApiError::unavailable(&error)),
        }
    }
}
