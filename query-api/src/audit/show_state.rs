//! GET /admin/audit/streams/:type/:id/state: an aggregate as it was, and what each event changed.

use access::{Caller, log_failure};
use axum::extract::State;
use event_log::Opened;
use events::{AuditView, Position, RecordedEvent, StoredEvent, StreamType, Timestamp, Version};
use serde::Serialize;
use serde_json::Value;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use super::changes::Changed;
use super::event_view::{ActorView, Viewer};
use super::list_events::time;
use super::readings::Asked;
use super::states::{History, history};
use super::{Readings, position, stream_of};
use crate::Reads;

/// A state as it was.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditState)]
pub(crate) struct StateView {
    /// Kind of stream.
    #[schema(value_type = String, example = "course")]
    stream_type: StreamType,
    /// Id within the kind.
    stream_id: String,
    /// How many events it is the fold of.
    version: Version,
    /// When the last of them was decided.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// What the write side knew; secrets are left out, what is personal of the erased is null.
    #[schema(value_type = Object)]
    state: Value,
    /// What each event changed, the first event first.
    changes: Vec<Change>,
}

/// What an event changed.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditChange)]
struct Change {
    /// Its place in the stream.
    version: Version,
    /// Its place in the log.
    position: Position,
    /// Its type.
    #[serde(rename = "type")]
    event_type: String,
    /// When it was decided.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// Who caused it.
    actor: ActorView,
    /// The fields, before and after.
    changed: Vec<Changed>,
}

/// Until when.
#[derive(Clone, Copy)]
enum Until {
    Version(Version),
    Time(Timestamp),
    Now,
}

/// The state of a stream at a version, or after the last event (in the order of the log) whose time is `at` or before;
/// without either, now. That it was read is an event itself.
#[utoipa::path(
    get,
    path = "/admin/audit/streams/{type}/{id}/state",
    tag = "admin",
    security(("bearer" = [])),
    params(
        ("type" = String, Path, description = "kind of stream"),
        ("id" = String, Path, description = "id within the kind"),
        ("version" = Option<u64>, Query, description = "how many events"),
        ("at" = Option<String>, Query, description = "a time, RFC 3339; not together with `version`"),
    ),
    responses(
        (status = 200, body = DataBody<StateView>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such stream, or nothing of it by then", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_state(
    State(reads): State<Reads>,
    State(readings): State<Readings>,
    caller: Caller,
    context: RequestContext,
    PathId((stream_type, id)): PathId<(String, String)>,
    params: QueryParams,
) -> Result<Success<StateView>, ApiError> {
    caller.must_be_admin()?;
    let until = parse(params)?;
    let stream = stream_of(&stream_type, &id)?;
    let log = reads.log();
    let head = log.head().await.map_err(|error| log_failure(&error))?.position;
    let mut stored = log.read_stream(&stream, 0).await.map_err(|error| log_failure(&error))?;
    stored.truncate(events_until(&stored, until)?);
    let asked = Asked::default().with("stream_type", Some(stream.stream_type())).with("stream_id", Some(stream.id()));
    let asked = match until {
        Until::Version(version) => asked.with("version", Some(version)),
        Until::Time(time) => asked.with("at", Some(time)),
        Until::Now => asked,
    };
    readings.record(&caller, &context, AuditView::State, asked).await?;
    let opened = log.open_events(stored).await.map_err(|error| log_failure(&error))?;
    let events = opened.into_iter().map(known).collect::<Result<Vec<_>, _>>()?;
    // A course may have thousands of events, and be large after each.
    let view = tokio::task::spawn_blocking(move || view(stream.stream_type(), stream.id().to_owned(), events));
    let view = view.await.map_err(ApiError::internal)?.ok_or_else(ApiError::not_found)?;
    Ok(Success::data(view).position(head))
}

fn parse(mut params: QueryParams) -> Result<Until, ApiError> {
    let version = params.optional("version", position);
    let at = params.optional("at", time);
    if version.is_some() && at.is_some() {
        params.fields().reject("at", "invalid");
    }
    params.finish()?;
    Ok(match (version, at) {
        (Some(version), _) => Until::Version(version),
        (None, Some(at)) => Until::Time(at),
        (None, None) => Until::Now,
    })
}

/// How many of a stream's events there were by then.
fn events_until(events: &[StoredEvent], until: Until) -> Result<usize, ApiError> {
    let count = match until {
        Until::Now => events.len(),
        Until::Version(version) => {
            usize::try_from(version).ok().filter(|version| *version <= events.len()).unwrap_or(0)
        }
        Until::Time(at) => events.iter().rposition(|event| event.time <= at).map_or(0, |index| index + 1),
    };
    if count == 0 { Err(ApiError::not_found()) } else { Ok(count) }
}

fn known(event: Opened) -> Result<RecordedEvent, ApiError> {
    match event {
        Opened::Known(event) => Ok(event),
        // Newer code wrote it, which will be asked when this process is replaced.
        Opened::Unknown { error, .. } => Err(ApiError::unavailable(error)),
    }
}

fn view(stream_type: StreamType, stream_id: String, events: Vec<RecordedEvent>) -> Option<StateView> {
    let History { state, changed } = history(stream_type, &events)?;
    let (version, time) = events.last().map(|last| (last.version, last.time))?;
    let change = |(event, changed): (RecordedEvent, Vec<Changed>)| Change {
        version: event.version,
        position: event.position,
        event_type: event.event.type_name().to_owned(),
        time: event.time,
        actor: ActorView::of(event.actor, Viewer::Admin),
        changed,
    };
    let changes = events.into_iter().zip(changed).map(change).collect();
    Some(StateView { stream_type, stream_id, version, time, state, changes })
}
