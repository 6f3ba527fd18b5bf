//! Where a command comes from: a request, or an event that calls for it.

use std::net::IpAddr;
use std::sync::Arc;

use access::Caller;
use axum::extract::FromRequestParts;
use event_log::{EventLog, LogError};
use events::{Actor, ActorRole, CorrelationId, EventId, Personal, StoredEvent, StreamId, UserId, Version};
use http::request::Parts;
use service_kit::http::{ApiError, RequestContext};
use uuid::Uuid;

use super::Ticket;

/// Where a command comes from, as its events will tell.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Who, and from where; their address and browser open.
    pub caller: Option<Caller>,
    /// Client address.
    pub ip: Option<String>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// What ties the request's effects together.
    pub correlation_id: CorrelationId,
    /// The event that it follows from; none when it is a request's first.
    pub causation_id: Option<EventId>,
    /// Whether the caller would rather not wait for the read side.
    pub prefer_async: bool,
    /// The request's idempotency record, when it has a key.
    pub ticket: Option<Arc<Ticket>>,
    /// The version that the stream which the use case names must have (`If-Match`); none when any will do.
    pub if_match: Option<Version>,
}

impl Origin {
    /// A command that the product gives itself.
    #[must_use]
    pub fn system(correlation_id: CorrelationId) -> Self {
        Self {
            caller: None,
            ip: None,
            user_agent: None,
            correlation_id,
            causation_id: None,
            prefer_async: false,
            ticket: None,
            if_match: None,
        }
    }

    /// A command that comes by itself: nobody waits for it to be seen.
    #[must_use]
    pub fn by_itself() -> Self {
        Self { prefer_async: true, ..Self::system(CorrelationId::new(Uuid::now_v7())) }
    }

    /// A command that comes by itself, because of an event: it belongs to what that event's request set off.
    #[must_use]
    pub fn because_of(cause: &StoredEvent) -> Self {
        let causation_id = Some(cause.id);
        Self { prefer_async: true, causation_id, ..Self::system(cause.correlation_id) }
    }

    /// A command that comes by itself, because of the last event of a stream.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub async fn because_of_last(log: &EventLog, stream: &StreamId) -> Result<Self, LogError> {
        let last = log.read_last(stream).await?;
        Ok(last.as_ref().map_or_else(Self::by_itself, Self::because_of))
    }

    /// The same request's next command, which follows from what the first has put last into a stream. The request's
    /// idempotency record is the first one's.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub(crate) async fn then(&self, log: &EventLog, stream: &StreamId) -> Result<Self, LogError> {
        let cause = Self::because_of_last(log, stream).await?;
        Ok(Self { ticket: None, causation_id: cause.causation_id, ..self.clone() })
    }

    /// The same for a step of a request that does not wait for the read side: it does once, after its last step.
    #[must_use]
    pub(crate) fn not_to_wait(&self) -> Self {
        Self { prefer_async: true, ..self.clone() }
    }

    /// Whether this request has been carried out before: running it changes nothing.
    #[must_use]
    pub fn is_repeated(&self) -> bool {
        self.ticket.as_ref().is_some_and(|ticket| ticket.repeated.is_some())
    }

    fn is_system(&self) -> bool {
        self.caller.is_none() && self.ip.is_none()
    }

    /// The actor of the events. Address and browser are kept under a key of the person, or not at all.
    pub(super) fn actor(&self, subject: Option<UserId>) -> Actor {
        if self.is_system() {
            return Actor::system();
        }
        let user_id = self.caller.as_ref().map(|caller| caller.user_id);
        let owner = user_id.or(subject);
        let sealed = |text: &Option<String>| Some(Personal::new(owner?, text.clone()?));
        Actor {
            user_id,
            role: self.caller.as_ref().map_or(ActorRole::Anonymous, |caller| caller.role.into()),
            ip: sealed(&self.ip),
            user_agent: sealed(&self.user_agent),
        }
    }
}

/// What a handler needs of the request besides its body: extracted, never refused.
#[derive(Clone, Debug)]
pub struct CommandContext {
    request: RequestContext,
    ticket: Option<Arc<Ticket>>,
}

impl CommandContext {
    /// Address of the client.
    #[must_use]
    pub const fn client_ip(&self) -> IpAddr {
        self.request.client_ip
    }

    /// The origin of this request's command.
    #[must_use]
    pub fn origin(&self, caller: Option<&Caller>) -> Origin {
        Origin {
            caller: caller.cloned(),
            ip: Some(self.request.client_ip.to_string()),
            user_agent: self.request.user_agent.as_deref().map(str::to_owned),
            correlation_id: CorrelationId::new(self.request.correlation_id),
            causation_id: None,
            prefer_async: self.request.prefer_async,
            ticket: self.ticket.clone(),
            if_match: None,
        }
    }

    /// The origin of a command that is only carried out upon the version in `If-Match`, when the request has one.
    #[must_use]
    pub fn conditional(&self, caller: &Caller) -> Origin {
        Origin { if_match: self.request.if_match, ..self.origin(Some(caller)) }
    }

    /// The text of `code` in the request's language.
    #[must_use]
    pub fn text(&self, code: &str) -> &'static str {
        self.request.text(code)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CommandContext {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let request = RequestContext::from_request_parts(parts, state).await?;
        Ok(Self { request, ticket: parts.extensions.get::<Arc<Ticket>>().cloned() })
    }
}
