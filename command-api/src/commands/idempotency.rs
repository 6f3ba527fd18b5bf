//! The header `Idempotency-Key`: the same key from the same caller with the same request has one effect and one answer.
//!
//! What makes it one effect is the record in the command's own commit. This layer finds the record of a request that
//! comes again, and adds the answer to it once there is one.

use std::sync::Arc;
use std::time::Duration;

use access::Access;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use event_log::{Answer, EventLog, IdempotencyRecord, NewIdempotencyRecord, with_deadline_anew};
use events::UserId;
use http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue};
use http::{StatusCode, request::Parts};
use serde_json::Value;
use service_kit::http::{ApiError, RequestContext};

use super::spool::Spooled;
use crate::Refusal;
use crate::media::{UPLOADS, boundary};

/// The largest body of a request with a key.
const BODY_LIMIT: usize = 1024 * 1024;
/// The largest answer that is kept.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;
/// How long a repetition waits for the answer of a request that is still at work, in steps.
const PATIENCE: u32 = 20;
/// One step.
const STEP: Duration = Duration::from_millis(50);
/// Headers of the answer that are kept with it.
const KEPT_HEADERS: [HeaderName; 3] =
    [HeaderName::from_static("x-position"), ETAG, HeaderName::from_static("x-projection")];

/// The record of the request at hand, for the handler's commit.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// Id of the record.
    pub id: String,
    /// Fingerprint of the request.
    pub fingerprint: String,
    /// What the request did when it came first; none for the first time.
    pub repeated: Option<Value>,
}

/// Marks an answer that must not be kept, since it carries tokens: it is composed again from the outcome.
#[derive(Clone, Copy, Debug)]
pub struct Unrecorded;

/// Marks a refusal that comes after the request's own commit: it is its answer, and no twin's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Final;

/// What the layer works with.
#[derive(Clone)]
pub struct Idempotency {
    /// Where the records are.
    pub log: EventLog,
    /// Who calls.
    pub access: Access,
    /// Bytes of an upload at most.
    pub upload_limit: u64,
}

/// The layer, for every route that changes something.
pub async fn idempotent(State(layer): State<Idempotency>, request: Request, next: Next) -> Response {
    let context = request.extensions().get::<RequestContext>().cloned();
    let Some((context, key)) = context.and_then(|context| Some((context.clone(), context.idempotency_key?))) else {
        return next.run(request).await;
    };
    match layer.handle(request, next, &context, &key).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

impl Idempotency {
    async fn handle(
        &self,
        request: Request,
        next: Next,
        context: &RequestContext,
        key: &str,
    ) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        let body = match boundary(&parts.headers).filter(|_| takes_uploads(&parts)) {
            Some(boundary) => {
                // Nobody is given room for it who has no token.
                let _ = self.access.authenticate(&parts.headers).await?;
                Spooled::upload(&parts, body, boundary, self.upload_limit).await?
            }
            None => Spooled::small(body, BODY_LIMIT).await?,
        };
        // A large body took its time.
        with_deadline_anew(self.once((parts, body), next, context, key)).await
    }

    async fn once(
        &self,
        (parts, body): (Parts, Spooled),
        next: Next,
        context: &RequestContext,
        key: &str,
    ) -> Result<Response, Refusal> {
        // Without a good token it is the address that calls; a route that needs a token will refuse by itself.
        let caller = match self.access.authenticate(&parts.headers).await {
            Ok(caller) => Some(caller),
            // Whoever can't be asked about now must not be taken for somebody else.
            Err(error) if error.status().is_server_error() => return Err(error.into()),
            Err(_) => None,
        };
        let owner = caller.as_ref().map(|caller| caller.user_id);
        let name = owner.map_or_else(|| format!("ip {}", context.client_ip), |user| format!("user {user}"));
        let records = self.log.idempotency();
        let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
        let mut ticket = Ticket {
            id: records.id(&name, key),
            fingerprint: records.fingerprint(parts.method.as_str(), path, body.content()),
            repeated: None,
        };
        if let Some(record) = self.find(&ticket).await?
            && let Some(replay) = self.repeated(record, &mut ticket).await?
        {
            return Ok(replay);
        }
        let response = next.clone().run(again(&parts, &body, &ticket)).await;
        // Another request with this key may have been carried out in between: the commit says so, or the decision was
        // made upon what that one had done, and is no answer to this one.
        let is_twin = response.extensions().get::<DuplicateRequest>().is_some();
        let is_final = response.extensions().get::<Final>().is_some();
        let is_refusal = response.status().is_client_error() && is_recorded(response.status());
        let may_be_twin = is_twin || (is_refusal && !is_final);
        if !may_be_twin {
            return self.keep(response, &ticket, owner, context).await;
        }
        match self.find(&ticket).await? {
            Some(record) => match self.repeated(record, &mut ticket).await? {
                Some(replay) => Ok(replay),
                None => self.keep(next.run(again(&parts, &body, &ticket)).await, &ticket, owner, context).await,
            },
            None if is_twin => Err(ApiError::conflict().into()),
            None => self.keep(response, &ticket, owner, context).await,
        }
    }

    async fn find(&self, ticket: &Ticket) -> Result<Option<IdempotencyRecord>, Refusal> {
        let found = self.log.idempotency().find(&ticket.id, self.log.keys()).await;
        Ok(found.map_err(|error| access::log_failure(&error))?)
    }

    /// The first answer. None when there is an outcome but no answer, also not after some waiting: then the answer is
    /// composed from the outcome, which the ticket takes along.
    async fn repeated(&self, mut record: IdempotencyRecord, ticket: &mut Ticket) -> Result<Option<Response>, Refusal> {
        if record.fingerprint != ticket.fingerprint {
            return Err(ApiError::new(StatusCode::CONFLICT, "idempotency_key_reused").into());
        }
        // Answers with tokens are never kept; such outcomes name their session and need no waiting.
        let kept = record.outcome.get("session_id").is_none();
        for _ in 0..PATIENCE {
            if record.answer.is_some() || !kept {
                break;
            }
            tokio::time::sleep(STEP).await;
            match self.find(ticket).await? {
                Some(later) => record = later,
                None => break,
            }
        }
        if let Some(answer) = record.answer {
            return Ok(Some(replay(&answer)?));
        }
        ticket.repeated = Some(record.outcome);
        Ok(None)
    }

    /// Keeps an answer that a repetition must get again.
    async fn keep(
        &self,
        mut response: Response,
        ticket: &Ticket,
        owner: Option<UserId>,
        context: &RequestContext,
    ) -> Result<Response, Refusal> {
        if ticket.repeated.is_some() {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        if !is_recorded(response.status()) || response.extensions().get::<Unrecorded>().is_some() {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        // A refusal gets its body from the boundary, further out; here it is still an error.
        let text = match parts.extensions.get::<ApiError>() {
            Some(error) => serde_json::to_string(&error.body(context)).map_err(ApiError::internal)?,
            None => {
                let bytes = to_bytes(body, ANSWER_LIMIT).await.map_err(ApiError::internal)?;
                String::from_utf8(bytes.to_vec()).map_err(ApiError::internal)?
            }
        };
        let headers = KEPT_HEADERS
            .into_iter()
            .filter_map(|name| Some((name.as_str().to_owned(), parts.headers.get(name)?.to_str().ok()?.to_owned())));
        let answer = Answer { status: parts.status.as_u16(), headers: headers.collect(), body: text.clone() };
        let record = NewIdempotencyRecord {
            id: ticket.id.clone(),
            fingerprint: ticket.fingerprint.clone(),
            owner,
            outcome: Value::Null,
        };
        // The command is done; when its answer can't be kept, a repetition composes it again.
        if let Err(error) = self.log.idempotency().answer(&record, &answer, self.log.keys()).await {
            tracing::warn!(%error, "an answer could not be kept");
        }
        Ok(Response::from_parts(parts, Body::from(text)))
    }
}

/// Marks the refusal of a commit whose record exists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DuplicateRequest;

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Refusals that may pass with time are not kept, nor are failures.
fn is_recorded(status: StatusCode) -> bool {
    status.is_success() || (status.is_client_error() && !matches!(status.as_u16(), 401 | 409 | 412 | 413 | 429))
}

fn again(parts: &Parts, body: &Spooled, ticket: &Ticket) -> Request {
    let mut request = Request::from_parts(parts.clone(), body.body(parts));
    request.extensions_mut().insert(Arc::new(ticket.clone()));
    request
}

/// Whether a request is for a route whose body may be as large as an upload.
fn takes_uploads(parts: &Parts) -> bool {
    let route = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    UPLOADS.contains(&route.strip_prefix(gateway::PREFIX).unwrap_or(route))
}

fn replay(answer: &Answer) -> Result<Response, Refusal> {
    let mut response =
        Response::builder().status(answer.status).header(CONTENT_TYPE, "application/json").header(REPLAYED, "true");
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Body::from(answer.body.clone())).map_err(ApiError::internal)?)
}
