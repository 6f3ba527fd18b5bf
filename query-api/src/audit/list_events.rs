//! GET /admin/audit/events: events, searched.

use access::{Caller, log_failure};
use axum::extract::State;
use chrono::{DateTime, TimeDelta};
use events::{AuditView, CorrelationId, Position, StreamType, Timestamp, UserId};
use read_models::AUDIT_PROJECTION;
use read_models::views::{EventFilter, find_events};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, QueryParams, RequestContext, Success, correlation_id_of};
use utoipa::ToSchema;

use super::event_view::Viewer;
use super::readings::Asked;
use super::{AuditEventView, Cursor, Readings, views};
use crate::Reads;

/// The longest name of an event type or id of a stream that is searched for.
const LONGEST_NAME: usize = 128;

/// Some of the events that match, in the order of the log.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventList {
    events: Vec<AuditEventView>,
    /// The `after` of the next ones; null when these are the last so far.
    next_after: Option<Position>,
}

/// The events that match all filters, in the order of the log. That they were read is an event itself.
#[utoipa::path(
    get,
    path = "/admin/audit/events",
    tag = "admin",
    security(("bearer" = [])),
    params(
        ("stream_type" = Option<String>, Query, description = "kind of stream"),
        ("stream_id" = Option<String>, Query, description = "id within the kind"),
        ("event_type" = Option<String>, Query, description = "name of the event type"),
        ("actor_id" = Option<uuid::Uuid>, Query, description = "who caused it"),
        ("subject_id" = Option<uuid::Uuid>, Query, description = "one of those whom it is about"),
        ("correlation_id" = Option<String>, Query, description = "`X-Correlation-Id` of the request that caused it"),
        ("from" = Option<String>, Query, description = "earliest time, RFC 3339"),
        ("to" = Option<String>, Query, description = "first time that is too late, RFC 3339"),
        ("after" = Option<u64>, Query, description = "position; 0 by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "100 by default"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<EventList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_events(
    State(reads): State<Reads>,
    State(readings): State<Readings>,
    caller: Caller,
    context: RequestContext,
    params: QueryParams,
) -> Result<Success<EventList>, ApiError> {
    caller.must_be_admin()?;
    let (filter, cursor) = parse(params)?;
    reads.begin(&context, &[AUDIT_PROJECTION]).await?;
    let head = reads.catch_up(&[AUDIT_PROJECTION]).await?;
    readings.record(&caller, &context, AuditView::Events, asked(&filter, cursor)).await?;
    let log = reads.log();
    let found = find_events(log.database(), &filter, (cursor.after, head), cursor.limit + 1).await;
    let mut positions = found.map_err(|error| log_failure(&error))?;
    let limit = usize::try_from(cursor.limit).unwrap_or(usize::MAX);
    let mut has_more = positions.len() > limit;
    positions.truncate(limit);
    let stored = log.read_at(&positions).await.map_err(|error| log_failure(&error))?;
    // What is too much for one answer comes with the next.
    has_more = has_more || stored.len() < positions.len();
    let events = views(log, stored, Viewer::Admin).await.map_err(|error| log_failure(&error))?;
    let next_after = events.last().filter(|_| has_more).map(AuditEventView::position);
    Ok(Success::data(EventList { events, next_after }).position(head))
}

impl EventList {
    /// A page of a longer list.
    pub(super) const fn new(events: Vec<AuditEventView>, next_after: Option<Position>) -> Self {
        Self { events, next_after }
    }
}

fn parse(mut params: QueryParams) -> Result<(EventFilter, Cursor), ApiError> {
    let cursor = Cursor::parse(&mut params);
    let user = |text: &str| text.parse::<UserId>().map_err(|_| "invalid");
    let filter = EventFilter {
        stream_type: params.optional("stream_type", |text| text.parse::<StreamType>().map_err(|_| "invalid")),
        stream_id: params.optional("stream_id", name),
        event_type: params.optional("event_type", name),
        actor_id: params.optional("actor_id", user),
        subject_id: params.optional("subject_id", user),
        correlation_id: params
            .optional("correlation_id", |text| correlation_id_of(text).map(CorrelationId::new).ok_or("invalid")),
        from: params.optional("from", time),
        to: params.optional("to", time),
    };
    params.finish()?;
    Ok((filter, cursor))
}

fn asked(filter: &EventFilter, cursor: Cursor) -> Asked {
    Asked::default()
        .with("stream_type", filter.stream_type)
        .with("stream_id", filter.stream_id.as_ref())
        .with("event_type", filter.event_type.as_ref())
        .with("actor_id", filter.actor_id)
        .with("subject_id", filter.subject_id)
        .with("correlation_id", filter.correlation_id)
        .with("from", filter.from)
        .with("to", filter.to)
        .with("after", Some(cursor.after))
        .with("limit", Some(cursor.limit))
}

/// An id or a name. What people write is neither: it would be kept, unsealed, in the event that this reading is.
fn name(text: &str) -> Result<String, &'static str> {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match text.len() {
        length if length > LONGEST_NAME => Err("too_long"),
        _ if text.bytes().all(is_of_name) => Ok(text.to_owned()),
        _ => Err("invalid"),
    }
}

/// A time, rounded up to the milliseconds that events are written in, so that no event before it counts as after it.
pub(super) fn time(text: &str) -> Result<Timestamp, &'static str> {
    // A plus sign in a query is a blank unless it is escaped.
    let time = DateTime::parse_from_rfc3339(&text.replace(' ', "+")).map_err(|_| "invalid")?.to_utc();
    let cut = Timestamp::new(time);
    let rounded = if cut.utc() < time { time.checked_add_signed(TimeDelta::milliseconds(1)) } else { Some(time) };
    // Times are compared by their texts, which are of one length only in these years.
    rounded.map(Timestamp::new).filter(|time| time.to_string().len() == 24).ok_or("out_of_range")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_between_two_milliseconds_is_the_later_one() {
        for (text, expected) in [
            ("2026-01-31T08:30:00Z", "2026-01-31T08:30:00.000Z"),
            ("2026-01-31T08:30:00.0001Z", "2026-01-31T08:30:00.001Z"),
            ("2026-01-31T09:30:00.5+01:00", "2026-01-31T08:30:00.500Z"),
            ("2026-01-31T09:30:00 01:00", "2026-01-31T08:30:00.000Z"),
        ] {
            assert_eq!(time(text).map(|time| time.to_string()).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(time("yesterday"), Err("invalid"));
        assert_eq!(name("$ne"), Err("invalid"));
    }
}
