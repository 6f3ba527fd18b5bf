//! The audit trail: every event, found, followed, travelled through in time, and verified.

mod changes;
mod event_view;
mod explain_access;
mod explain_subscription;
mod list_events;
mod person_events;
mod readings;
mod show_head;
mod show_state;
mod show_stream;
mod states;
mod tail_events;
mod verify_log;

use event_log::{EventLog, LogError};
use events::{Position, StoredEvent, StreamId, StreamType};
use service_kit::http::{ApiError, QueryParams};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::QueryDeps;

pub(crate) use event_view::AuditEventView;
pub(crate) use person_events::PersonEvents;
pub(crate) use readings::Readings;
pub(crate) use tail_events::Tails;

use event_view::{Link, Viewer};

/// Events of a page, by default and at most.
const LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 500;

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new()
        .routes(routes!(list_events::list_events))
        .routes(routes!(show_stream::show_stream))
        .routes(routes!(show_state::show_state))
        .routes(routes!(explain_access::explain_access))
        .routes(routes!(verify_log::verify_log))
        .routes(routes!(show_head::show_head))
        .routes(routes!(tail_events::tail_events))
}

/// Where a list of events begins, and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    after: Position,
    limit: u32,
}

impl Cursor {
    fn parse(params: &mut QueryParams) -> Self {
        let after = params.optional("after", position).unwrap_or(0);
        let limit = params.optional("limit", |text| match text.parse::<u32>() {
            Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
            Ok(_) => Err("out_of_range"),
            Err(_) => Err("invalid"),
        });
        Self { after, limit: limit.unwrap_or(LIMIT) }
    }
}

/// A position or a version: digits, and no more than the log can hold.
fn position(text: &str) -> Result<u64, &'static str> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("invalid");
    }
    text.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok()).ok_or("out_of_range")
}

/// The stream that a path names.
///
/// # Errors
/// 404 when there is no such type.
fn stream_of(stream_type: &str, id: &str) -> Result<StreamId, ApiError> {
    let stream_type: StreamType = stream_type.parse().map_err(|_| ApiError::not_found())?;
    Ok(StreamId::new(stream_type, id))
}

/// Events as somebody sees them.
async fn views(log: &EventLog, stored: Vec<StoredEvent>, viewer: Viewer) -> Result<Vec<AuditEventView>, LogError> {
    let links: Vec<Link> = stored.iter().map(Link::of).collect();
    let opened = log.open_events(stored).await?;
    let views = opened.into_iter().zip(links).map(|(event, link)| {
        let position = event.position();
        let no_json = |error| LogError::Corrupt(format!("event {position} has no JSON: {error}"));
        AuditEventView::of(event, link, viewer).map_err(no_json)
    });
    views.collect()
}
