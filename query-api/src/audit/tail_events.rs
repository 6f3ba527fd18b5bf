//! GET /admin/audit/stream: events as they happen.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use access::{Access, Caller, log_failure};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use event_log::{EventLog, LogError, Subscription};
use events::{AuditView, Position};
use futures::stream::{self, Stream};
use service_kit::http::{ApiError, ErrorBody, QueryParams, RequestContext};
use tokio_util::sync::CancellationToken;

use super::event_view::Viewer;
use super::readings::Asked;
use super::{AuditEventView, Readings, position, views};
use crate::Reads;

/// The most events, and about the most bytes, that are opened at a time.
const EVENTS: usize = 100;
const BYTES: usize = 1024 * 1024;
/// How often it is asked whether the reader may still read, also when nothing happens.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// Pause before the log is asked again after it could not be.
const PAUSE: Duration = Duration::from_millis(500);

/// What it takes to follow the log.
#[derive(Clone)]
pub(crate) struct Tails {
    pub(crate) nats: async_nats::Client,
    /// Ends them all.
    pub(crate) stop: CancellationToken,
}

/// Every event from now on, or after `Last-Event-ID`, as server-sent events: the id is the position, the data the event
/// as GET /admin/audit/events shows it. It ends when the process does, and when the reader may not read any more. That
/// it was read is an event itself.
#[utoipa::path(
    get,
    path = "/admin/audit/stream",
    tag = "admin",
    security(("bearer" = [])),
    params(
        ("Last-Event-ID" = Option<u64>, Header, description = "position after which to go on"),
        ("after" = Option<u64>, Query, description = "the same, for the first time"),
    ),
    responses(
        (status = 200, description = "server-sent events, without an end", body = String, content_type = "text/event-stream"),
        (status = 400, description = "`validation_failed`: a header or parameter is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    )
)]
#[allow(clippy::too_many_arguments, reason = "what a request brings, and what it needs")]
pub(crate) async fn tail_events(
    State(reads): State<Reads>,
    State(readings): State<Readings>,
    State(tails): State<Tails>,
    State(access): State<Access>,
    caller: Caller,
    context: RequestContext,
    headers: HeaderMap,
    params: QueryParams,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    caller.must_be_admin()?;
    let head = reads.log().head().await.map_err(|error| log_failure(&error))?.position;
    let after = parse(&headers, params, head)?;
    let asked = Asked::default().with("after", Some(after));
    readings.record(&caller, &context, AuditView::Tail, asked).await?;
    let log = reads.log().clone();
    let subscription = Subscription::new(&log, &tails.nats, after);
    let tail = Tail { log, subscription, access, headers, stop: tails.stop, opened: VecDeque::new() };
    let events = stream::unfold(tail, |mut tail| async {
        let event = tail.next().await?;
        Some((Ok(event), tail))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

fn parse(headers: &HeaderMap, mut params: QueryParams, head: Position) -> Result<Position, ApiError> {
    let known =
        |text: &str| position(text).and_then(|after| if after <= head { Ok(after) } else { Err("out_of_range") });
    let first = params.optional("after", known);
    let last = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?").trim());
    let last = params.fields().optional("Last-Event-ID", last.filter(|text| !text.is_empty()), known);
    params.finish()?;
    Ok(last.or(first).unwrap_or(head))
}

/// Somebody who follows the log.
struct Tail {
    log: EventLog,
    subscription: Subscription,
    access: Access,
    /// With the token.
    headers: HeaderMap,
    stop: CancellationToken,
    /// What is next.
    opened: VecDeque<AuditEventView>,
}

impl Tail {
    /// The next event; none when it is over.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(view) = self.opened.pop_front() {
                let event = Event::default().id(view.position().to_string());
                return event.json_data(&view).inspect_err(|error| tracing::error!(%error, "no JSON")).ok();
            }
            let stop = self.stop.clone();
            let opened = tokio::select! {
                () = stop.cancelled() => return None,
                opened = self.open_next() => opened,
            };
            match opened {
                Ok(Some(opened)) => self.opened.extend(opened),
                Ok(None) => return None,
                Err(error) => {
                    tracing::debug!(%error, "the log can't be followed");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// The next events, perhaps none yet; none at all when the reader may not read any more.
    async fn open_next(&mut self) -> Result<Option<Vec<AuditEventView>>, LogError> {
        let events = self.subscription.next_batch(EVENTS, BYTES, ASK_EVERY).await?;
        // Asked after the events have come: what happens after a revocation is not shown.
        if !self.may_read().await {
            return Ok(None);
        }
        loop {
            match views(&self.log, events.clone(), Viewer::Admin).await {
                Ok(views) => return Ok(Some(views)),
                Err(error @ LogError::Corrupt(_)) => return Err(error),
                Err(LogError::Unavailable(_)) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Whether the reader is still signed in, and an admin. While the log can't be asked nothing is shown.
    async fn may_read(&self) -> bool {
        loop {
            match self.access.authenticate(&self.headers).await {
                Ok(caller) => return caller.is_admin(),
                Err(error) if error.status().is_server_error() => tokio::time::sleep(PAUSE).await,
                Err(_) => return false,
            }
        }
    }
}
