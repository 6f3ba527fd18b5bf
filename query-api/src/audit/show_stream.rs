//! GET /admin/audit/streams/:type/:id: a stream.

use access::{Caller, log_failure};
use axum::extract::State;
use events::AuditView;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, QueryParams, RequestContext, Success};

use super::event_view::Viewer;
use super::list_events::EventList;
use super::readings::Asked;
use super::{AuditEventView, Cursor, Readings, stream_of, views};
use crate::Reads;

/// The events of a stream, from the log itself. That they were read is an event itself.
#[utoipa::path(
    get,
    path = "/admin/audit/streams/{type}/{id}",
    tag = "admin",
    security(("bearer" = [])),
    params(
        ("type" = String, Path, description = "kind of stream"),
        ("id" = String, Path, description = "id within the kind"),
        ("after" = Option<u64>, Query, description = "position; 0 by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "100 by default"),
    ),
    responses(
        (status = 200, body = DataBody<EventList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such stream", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_stream(
    State(reads): State<Reads>,
    State(readings): State<Readings>,
    caller: Caller,
    context: RequestContext,
    PathId((stream_type, id)): PathId<(String, String)>,
    mut params: QueryParams,
) -> Result<Success<EventList>, ApiError> {
    caller.must_be_admin()?;
    let cursor = Cursor::parse(&mut params);
    params.finish()?;
    let stream = stream_of(&stream_type, &id)?;
    let log = reads.log();
    let failed = |error| log_failure(&error);
    let head = log.head().await.map_err(failed)?.position;
    let limit = usize::try_from(cursor.limit).unwrap_or(usize::MAX);
    let mut stored = log.read_stream_page(&stream, cursor.after, limit + 1).await.map_err(failed)?;
    if stored.is_empty() && log.read_stream_page(&stream, 0, 1).await.map_err(failed)?.is_empty() {
        return Err(ApiError::not_found());
    }
    let asked = Asked::default().with("stream_type", Some(stream.stream_type())).with("stream_id", Some(stream.id()));
    let asked = asked.with("after", Some(cursor.after)).with("limit", Some(cursor.limit));
    readings.record(&caller, &context, AuditView::Stream, asked).await?;
    stored.truncate(limit);
    let next = match stored.last() {
        Some(last) => !log.read_stream_page(&stream, last.position, 1).await.map_err(failed)?.is_empty(),
        None => false,
    };
    let events = views(log, stored, Viewer::Admin).await.map_err(failed)?;
    let next_after = events.last().filter(|_| next).map(AuditEventView::position);
    Ok(Success::data(EventList::new(events, next_after)).position(head))
}
