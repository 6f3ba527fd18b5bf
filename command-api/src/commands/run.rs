//! Running a command.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use access::log_failure;
use domain::subscription::Plans;
use event_log::{AppendError, Commit, EventLog, LogError, Metadata, NewIdempotencyRecord, left_of};
use events::{MediaId, Position, StreamId, StreamType, Timestamp, UserId, Version};
use media_store::Films;
use read_models::{Positions, Waited, projections_of};
use serde::{Serialize, de::DeserializeOwned};
use service_kit::clock::Clock;
use service_kit::http::{ApiError, Success};

use super::{Origin, Ticket, UnitOfWork};
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

/// A command that has been carried out.
#[derive(Clone, Debug)]
pub struct Done<O> {
    /// What it did.
    pub outcome: O,
    /// Everything it did is in the log up to here.
    pub position: Position,
    /// Version of the aggregate that the route names.
    pub version: Option<Version>,
    /// The projections that show it.
    pub projections: Vec<&'static str>,
    /// Whether the read side has not been seen to have caught up.
    pub pending: bool,
}

impl<O> Done<O> {
    /// This, and what followed from it in a commit of its own: not seen by the read side before both are.
    #[must_use]
    fn followed_by<P>(self, later: Option<Done<P>>) -> Self {
        let Some(later) = later else { return self };
        let mut projections = self.projections;
        projections.extend(later.projections);
        Self { outcome: self.outcome, position: later.position, version: later.version, projections, pending: true }
    }

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

    /// Decides, appends, and waits until the read side has caught up, also when there was nothing to change: what is so
    /// already may be new. A repetition of a request that has been carried out changes
    /// nothing and returns the first outcome.
    ///
    /// # Errors
    /// [`Refusal`]: the use case's own; 412 `precondition_failed` when it would have been carried out upon another
    /// version than `If-Match` has (RFC 9110 §13.2.1: other refusals come first); 409 `conflict` when streams kept moving;
    /// 503 when the log can't be written.
    pub async fn run<U: UseCase>(&self, origin: &Origin, use_case: &U) -> Result<Done<U::Outcome>, Refusal> {
        if let Some(outcome) = origin.ticket.as_ref().and_then(|ticket| ticket.repeated.as_ref()) {
            return Ok(self.seen(origin, self.repeat(use_case, outcome).await?).await);
        }
        for _ in 0..DECISIONS {
            let mut work = UnitOfWork::new(&self.log, &self.plans);
            let now = Timestamp::new(self.clock.now());
            let decided = use_case.decide(&mut work, now).await;
            let changes_nothing = decided.is_err() || work.appends.is_empty();
            // Should it not be known, what was decided stands.
            if changes_nothing && work.is_torn().await.unwrap_or(false) {
                metrics::counter!("har_command_conflicts_total").increment(1);
                continue;
            }
            let outcome = decided?;
            if let (Some(wanted), Some(stream)) = (origin.if_match, use_case.names())
                && work.loaded_version(&stream) != Some(wanted)
            {
                return Err(ApiError::precondition_failed().into());
            }
            match self.commit(origin, use_case, work, now, &outcome).await {
                Ok((position, version, projections)) => {
                    let done = Done { outcome, position, version, projections, pending: true };
                    return Ok(self.seen(origin, done).await);
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
            return Ok((position, version, shown_by(work.loaded_types())));
        }
        let subject = use_case.subject();
        let idempotency = match &origin.ticket {
            Some(ticket) => Some(record(ticket, origin, subject, outcome)?),
            None => None,
        };
        let projections = shown_by(work.appends.iter().map(|append| append.stream.stream_type()));
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

    /// Carries out what follows from a request's first step, which has not waited ([`Origin::not_to_wait`]), in a commit
    /// of its own, if anything does; waits until the read side shows both. `stream` is where the first has put its last
    /// event.
    ///
    /// # Errors
    /// As [`Commands::run`].
    pub(crate) async fn follow_up<O, U: UseCase>(
        &self,
        origin: &Origin,
        first: Done<O>,
        stream: &StreamId,
        next: Option<&U>,
    ) -> Result<Done<O>, Refusal> {
        let later = match next {
            Some(next) => {
                let origin = origin.then(&self.log, stream).await?.not_to_wait();
                Some(self.run(&origin, next).await?)
            }
            None => None,
        };
        Ok(self.seen(origin, first.followed_by(later)).await)
    }

    /// Waits until the read side shows what was done, as long as a request may; not at all for who would rather not.
    async fn seen<O>(&self, origin: &Origin, done: Done<O>) -> Done<O> {
        let Done { position, projections, .. } = &done;
        let pending = origin.prefer_async
            || self.positions.wait(projections, *position, left_of(self.read_wait)).await != Waited::Reached;
        Done { pending, ..done }
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
        // What it did, and in which streams, is not known any more.
        let projections = shown_by(StreamType::ALL.iter().copied());
        Ok(Done { outcome, position: head.position, version, projections, pending: true })
    }
}

/// The projections that show what happens in streams of these kinds.
fn shown_by(streams: impl IntoIterator<Item = StreamType>) -> Vec<&'static str> {
    let mut projections: Vec<&'static str> = streams.into_iter().flat_map(projections_of).copied().collect();
    projections.sort_unstable();
    projections.dedup();
    projections
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
