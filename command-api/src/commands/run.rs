//! Running a command.

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use access::{Caller, log_failure};
use axum::extract::FromRequestParts;
use domain::subscription::Plans;
use event_log::{AppendError, Commit, EventLog, LogError, Metadata, NewIdempotencyRecord, left_of};
use events::{
    Actor, ActorRole, CorrelationId, EventId, MediaId, Personal, Position, StoredEvent, StreamId, Timestamp, UserId,
    Version,
};
use http::request::Parts;
use media_store::Films;
use read_models::{Positions, Waited, projections_of};
use serde::{Serialize, de::DeserializeOwned};
use service_kit::clock::Clock;
use service_kit::http::{ApiError, RequestContext, Success};
use uuid::Uuid;

use super::{Ticket, UnitOfWork};
use crate::Refusal;

/// How often a command is decided again when a stream it needs has moved.
const DECISIONS: usize = 5;

/// One thing that the product can be asked to do.
pub trait UseCase: Send + Sync {
    /// What it did, in ids: enough to compose the answer from, now or when the command is repeated. No personal data.
    type Outcome: Serialize + DeserializeOwned + Send + Sync;

    /// Loads, decides, and puts back. It is called again from the start when a stream has moved meanwhile, so it has no
    /// effect but on `work`.
    ///
    /// # Errors
    /// [`Refusal`].
    fn decide(
        &self,
        work: &mut UnitOfWork<'_>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Self::Outcome, Refusal>> + Send;

    /// The person that a command without a signed-in caller is about: their key seals where it came from.
    fn subject(&self) -> Option<UserId> {
        None
    }

    /// The stream whose version is the answer's `ETag`.
    fn names(&self) -> Option<StreamId> {
        None
    }
}

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

    /// A command that comes by itself, because of the last event of a stream, which has so many at least.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub async fn because_of_last(log: &EventLog, stream: &StreamId, least: Version) -> Result<Self, LogError> {
        let last = log.read_stream(stream, least.saturating_sub(1)).await?.pop();
        Ok(last.as_ref().map_or_else(Self::by_itself, Self::because_of))
    }

    /// The same request's next command, which follows from what the first has put last into a stream. The request's
    /// idempotency record is the first one's.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub(crate) async fn then<O>(self, log: &EventLog, stream: &StreamId, first: &Done<O>) -> Result<Self, LogError> {
        let cause = Self::because_of_last(log, stream, first.version.unwrap_or_default()).await?;
        Ok(Self { ticket: None, causation_id: cause.causation_id, ..self })
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
    fn actor(&self, subject: Option<UserId>) -> Actor {
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

/// A command that has been carried out.
#[derive(Clone, Debug)]
pub struct Done<O> {
    /// What it did.
    pub outcome: O,
    /// Everything it did is in the log up to here.
    pub position: Position,
    /// Version of the aggregate that the route names.
    pub version: Option<Version>,
    /// Whether the read side has not been seen to have caught up.
    pub pending: bool,
}

impl<O> Done<O> {
    /// An answer with the headers of a successful command.
    pub fn answer<T: Serialize>(&self, data: T) -> Success<T> {
        self.told(Success::data(data))
    }

    /// An answer without data: a sentence for people, with the same headers.
    pub fn message(&self, text: &'static str) -> Success<()> {
        self.told(Success::message(text))
    }

    fn told<T: Serialize>(&self, answer: Success<T>) -> Success<T> {
        let answer = answer.position(self.position);
        let answer = if let Some(version) = self.version { answer.version(version) } else { answer };
        if self.pending { answer.pending() } else { answer }
    }
}

/// Runs commands.
#[derive(Clone)]
pub struct Commands {
    log: EventLog,
    positions: Positions,
    clock: Clock,
    read_wait: Duration,
    plans: Arc<Plans>,
    films: Option<Films>,
}

impl Commands {
    /// Commands over this log; an answer waits for the read side until `read_wait` after its request came, at most.
    #[must_use]
    pub fn new(log: EventLog, positions: Positions, clock: Clock, read_wait: Duration) -> Self {
        Self { log, positions, clock, read_wait, plans: Arc::new(Plans::standard()), films: None }
    }

    /// The same, with these addresses for uploaded films in answers.
    #[must_use]
    pub fn with_films(self, films: Films) -> Self {
        Self { films: Some(films), ..self }
    }

    /// The uploaded film whose address this is.
    pub(crate) fn film_at(&self, url: &str) -> Option<MediaId> {
        self.films.as_ref()?.names(url)
    }

    /// The address at which an answer shows an uploaded film.
    pub(crate) fn film(&self, id: MediaId) -> String {
        self.films.as_ref().map_or_else(String::new, |films| films.link(id))
    }

    /// The same, with these plans in place of those that come with the product.
    #[must_use]
    pub fn with_plans(self, plans: &Arc<Plans>) -> Self {
        Self { plans: Arc::clone(plans), ..self }
    }

    /// The log that they write.
    #[must_use]
    pub const fn log(&self) -> &EventLog {
        &self.log
    }

    /// The clock that they go by.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Waits until these projections show all that is in the log now; false when they don't in time.
    ///
    /// # Errors
    /// 503 when MongoDB is away.
    pub async fn caught_up(&self, projections: &[&str]) -> Result<bool, Refusal> {
        let head = self.log.head().await?.position;
        Ok(self.positions.wait(projections, head, left_of(self.read_wait)).await == Waited::Reached)
    }

    /// Decides, appends, and waits until the read side has caught up. A repetition of a request that has been carried
    /// out changes nothing and returns the first outcome.
    ///
    /// # Errors
    /// [`Refusal`]: the use case's own; 412 `precondition_failed` when it would have been carried out upon another
    /// version than `If-Match` has (RFC 9110 §13.2.1: other refusals come first); 409 `conflict` when streams kept moving; 503 when the log can't be written.
    pub async fn run<U: UseCase>(&self, origin: &Origin, use_case: &U) -> Result<Done<U::Outcome>, Refusal> {
        if let Some(outcome) = origin.ticket.as_ref().and_then(|ticket| ticket.repeated.as_ref()) {
            return self.repeat(use_case, outcome).await;
        }
        for _ in 0..DECISIONS {
            let mut work = UnitOfWork::new(&self.log, &self.plans);
            let now = Timestamp::new(self.clock.now());
            let outcome = use_case.decide(&mut work, now).await?;
            if let (Some(wanted), Some(stream)) = (origin.if_match, use_case.names())
                && work.loaded_version(&stream) != Some(wanted)
            {
                return Err(ApiError::precondition_failed().into());
            }
            match self.commit(origin, use_case, work, now, &outcome).await {
                Ok((position, version, projections)) => {
                    let pending = self.is_pending(origin, position, &projections).await;
                    return Ok(Done { outcome, position, version, pending });
                }
                Err(AppendError::Conflict) => metrics::counter!("har_command_conflicts_total").increment(1),
                Err(error) => return Err(error.into()),
            }
        }
        Err(ApiError::conflict().into())
    }

    async fn commit<U: UseCase>(
        &self,
        origin: &Origin,
        use_case: &U,
        work: UnitOfWork<'_>,
        now: Timestamp,
        outcome: &U::Outcome,
    ) -> Result<(Position, Option<Version>, Vec<&'static str>), AppendError> {
        if work.appends.is_empty() {
            // Nothing to change: what the caller wants is so already. By this very request perhaps, which came before and
            // was still at work when its record was looked for: then its answer is that one's.
            if let Some(ticket) = &origin.ticket
                && self.log.idempotency().find(&ticket.id, self.log.keys()).await?.is_some()
            {
                return Err(AppendError::DuplicateRequest);
            }
            let position = self.log.head().await?.position;
            let version = use_case.names().and_then(|stream| work.loaded_version(&stream));
            return Ok((position, version, Vec::new()));
        }
        let subject = use_case.subject();
        let idempotency = match &origin.ticket {
            Some(ticket) => Some(record(ticket, origin, subject, outcome)?),
            None => None,
        };
        let mut projections: Vec<&'static str> =
            work.appends.iter().flat_map(|append| projections_of(append.stream.stream_type())).copied().collect();
        projections.sort_unstable();
        projections.dedup();
        let read_version = use_case.names().and_then(|stream| work.loaded_version(&stream));
        let UnitOfWork { observed, appends, guards, keys, remember, .. } = work;
        let metadata = Metadata {
            time: now,
            actor: origin.actor(subject),
            correlation_id: origin.correlation_id,
            causation_id: origin.causation_id,
        };
        let commit = Commit { appends, guards, idempotency, keys, metadata, observed };
        let committed = self.log.append(commit).await?;
        remember.into_iter().for_each(|remember| remember(&self.log));
        let version = use_case.names().and_then(|stream| committed.version_of(&stream)).or(read_version);
        Ok((committed.position(), version, projections))
    }

    async fn is_pending(&self, origin: &Origin, position: Position, projections: &[&str]) -> bool {
        if origin.prefer_async {
            return true;
        }
        self.positions.wait(projections, position, left_of(self.read_wait)).await != Waited::Reached
    }

    async fn repeat<U: UseCase>(&self, use_case: &U, outcome: &serde_json::Value) -> Result<Done<U::Outcome>, Refusal> {
        let unreadable = |error: serde_json::Error| ApiError::internal(format!("an outcome of another use: {error}"));
        let outcome = serde_json::from_value(outcome.clone()).map_err(unreadable)?;
        let head = self.log.head().await.map_err(|error| log_failure(&error))?;
        let version = match use_case.names() {
            Some(stream) => {
                let events = self.log.read_stream(&stream, 0).await.map_err(|error| log_failure(&error))?;
                events.last().map(|event| event.version)
            }
            None => None,
        };
        Ok(Done { outcome, position: head.position, version, pending: false })
    }
}

fn record<O: Serialize>(
    ticket: &Ticket,
    origin: &Origin,
    subject: Option<UserId>,
    outcome: &O,
) -> Result<NewIdempotencyRecord, AppendError> {
    let outcome = serde_json::to_value(outcome)
        .map_err(|error| LogError::Corrupt(format!("an outcome without JSON: {error}")))?;
    Ok(NewIdempotencyRecord {
        id: ticket.id.clone(),
        fingerprint: ticket.fingerprint.clone(),
        owner: origin.caller.as_ref().map(|caller| caller.user_id).or(subject),
        outcome,
    })
}

impl From<Infallible> for Refusal {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
