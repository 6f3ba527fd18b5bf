//! GET /media/{id}: the bytes of an uploaded file.

use std::ops::RangeInclusive;

use access::{Access, Caller, MaybeCaller, log_failure};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::course::{CourseDetails, CourseStatus};
use domain::media::Upload;
use domain::values::MediaType;
use domain::{Course, Media, User};
use event_log::{EventLog, LogError};
use events::{CourseId, Lesson, LessonId, MediaId};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderValue, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use http::{HeaderName, StatusCode};
use media_store::{Shelf, StoreError};
use read_models::views::{courses_pictured, lessons_with_upload};
use service_kit::http::{ApiError, ErrorBody, PathId, QueryParams};

use crate::Reads;

/// Whose it is to see is asked each time.
const OWN_CACHE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The bytes of an uploaded file, or those of a range of it.
///
/// For its owner, admins, who may see a lesson that shows it or links to it, and whoever has the signed address that a
/// lesson shows of its film; avatars, and the covers and still pictures of published courses, for everybody.
#[utoipa::path(
    get,
    path = "/media/{id}",
    tag = "courses",
    security((), ("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "the file"),
        ("expires" = Option<i64>, Query, description = "of a signed address"),
        ("signature" = Option<String>, Query, description = "of a signed address"),
        ("Range" = Option<String>, Header, description = "one range of bytes (RFC 9110 §14)"),
    ),
    responses(
        (status = 200, description = "the whole file", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 206, description = "the range", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 304, description = "the caller has it already (`If-None-Match`)"),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 404, description = "`not_found`: no such file, or not for the caller", body = ErrorBody),
        (status = 416, description = "`range_not_satisfiable`", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_media(
    State(reads): State<Reads>,
    State(access): State<Access>,
    State(shelf): State<Shelf>,
    PathId(id): PathId<MediaId>,
    MaybeCaller(caller): MaybeCaller,
    mut params: QueryParams,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let expires = params.optional("expires", |text| text.parse::<i64>().map_err(|_| "invalid"));
    let signature = params.optional("signature", |text| Ok::<_, &str>(text.to_owned()));
    params.finish()?;
    let media = reads.log().load::<Media>(id).await.map_err(|error| log_failure(&error))?;
    let upload = media.state.upload.as_ref().ok_or_else(ApiError::not_found)?;
    let is_signed = expires
        .zip(signature)
        .is_some_and(|(expires, signature)| shelf.links.opens(id, expires, &signature, access.clock().now()));
    let viewer = Viewer { reads: &reads, access: &access, shelf: &shelf, caller: caller.as_ref() };
    if !is_signed && !viewer.may_see(upload).await? {
        return Err(ApiError::not_found());
    }
    let etag = format!("\"{}\"", upload.sha256);
    if is_known(&headers, &etag) {
        return not_modified(&etag);
    }
    let range = match asked(&headers, upload.size, &etag) {
        Asked::Whole => None,
        Asked::Range(range) => Some(range),
        Asked::Nothing => return Ok(unsatisfiable(upload.size)),
    };
    answer(&shelf, upload, range, &etag).await
}

/// Whether the caller has these bytes already (RFC 9110 §13.1.2).
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == etag)
}

fn not_modified(etag: &str) -> Result<Response, ApiError> {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    response.headers_mut().insert(ETAG, HeaderValue::from_str(etag).map_err(ApiError::internal)?);
    response.headers_mut().insert(CACHE_CONTROL, OWN_CACHE);
    Ok(response)
}

/// Who wants to see a file.
struct Viewer<'a> {
    reads: &'a Reads,
    access: &'a Access,
    shelf: &'a Shelf,
    caller: Option<&'a Caller>,
}

impl Viewer<'_> {
    async fn may_see(&self, upload: &Upload) -> Result<bool, ApiError> {
        if self.caller.is_some_and(|caller| caller.is_admin() || caller.user_id == upload.owner_id) {
            return Ok(true);
        }
        let failed = |error: LogError| log_failure(&error);
        let is_image = upload.media_type().is_some_and(MediaType::is_image);
        if is_image && (self.is_avatar(upload).await.map_err(failed)? || self.is_cover(upload).await.map_err(failed)?) {
            return Ok(true);
        }
        // The read collections find the lessons; the log says whether it is so.
        let lessons = lessons_with_upload(self.reads.database(), upload.owner_id, upload.media_id).await;
        for (course_id, lesson_id) in lessons.map_err(failed)? {
            let place = (course_id, lesson_id);
            if is_image && self.is_still_picture(upload, place).await.map_err(failed)? {
                return Ok(true);
            }
            if self.is_open_in(upload, place).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn log(&self) -> &EventLog {
        self.reads.log()
    }

    async fn is_avatar(&self, upload: &Upload) -> Result<bool, LogError> {
        let owner = self.log().load::<User>(upload.owner_id).await?;
        let avatar = owner.state.account.as_ref().and_then(|account| account.avatar_url.as_ref()?.value().cloned());
        Ok(avatar.is_some_and(|url| url == self.shelf.links.url(upload.media_id)))
    }

    /// The read collections find the course; the log says whether it is so.
    async fn is_cover(&self, upload: &Upload) -> Result<bool, LogError> {
        let url = self.shelf.links.url(upload.media_id);
        for id in courses_pictured(self.reads.database(), upload.owner_id, &url).await? {
            let course = self.log().load::<Course>(id).await?;
            let is_shown = course.state.details.as_ref().is_some_and(|details| {
                details.status == CourseStatus::Published && details.image_url.as_deref() == Some(url.as_str())
            });
            if is_shown {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Everybody sees the outline of a published course.
    async fn is_still_picture(
        &self,
        upload: &Upload,
        (course, lesson): (CourseId, LessonId),
    ) -> Result<bool, LogError> {
        let course = self.log().load::<Course>(course).await?;
        Ok(course.state.details.as_ref().is_some_and(|details| {
            let picture = using(details, lesson, upload).and_then(Lesson::still_picture);
            details.status == CourseStatus::Published && picture == Some(upload.media_id)
        }))
    }

    /// Whether the lesson uses it, and opens to the caller.
    async fn is_open_in(&self, upload: &Upload, (course, lesson): (CourseId, LessonId)) -> Result<bool, ApiError> {
        let Some(caller) = self.caller else { return Ok(false) };
        let content = self.access.content(caller, course).await?;
        let lesson = using(content.course()?, lesson, upload);
        Ok(lesson.is_some_and(|lesson| content.rights.opens_lesson(lesson.preview)))
    }
}

/// The lesson of a course, if it shows an upload of its instructor's or links to it.
fn using<'a>(course: &'a CourseDetails, id: LessonId, upload: &Upload) -> Option<&'a Lesson> {
    let (_, lesson) = course.lesson(id)?;
    let uses_it = course.instructor_id == upload.owner_id && lesson.uploads().contains(&upload.media_id);
    uses_it.then_some(lesson)
}

/// What of a file is asked for.
enum Asked {
    /// All of it.
    Whole,
    /// One range.
    Range(RangeInclusive<u64>),
    /// What it does not have.
    Nothing,
}

/// Several ranges are answered by the whole file, as is what is no range: RFC 9110 §14.2 lets a server do so. So is who
/// wants a part of other bytes than these (§13.1.5).
fn asked(headers: &HeaderMap, size: u64, etag: &str) -> Asked {
    if headers.get(IF_RANGE).is_some_and(|known| known.as_bytes() != etag.as_bytes()) {
        return Asked::Whole;
    }
    let Some(text) = headers.get(RANGE).and_then(|value| value.to_str().ok()) else { return Asked::Whole };
    let Ok(parsed) = http_range_header::parse_range_header(text) else { return Asked::Whole };
    match parsed.validate(size) {
        Ok(ranges) => match <[RangeInclusive<u64>; 1]>::try_from(ranges) {
            Ok([range]) => Asked::Range(range),
            Err(_) => Asked::Whole,
        },
        Err(_) => Asked::Nothing,
    }
}

fn unsatisfiable(size: u64) -> Response {
    let mut response = ApiError::of_status(StatusCode::RANGE_NOT_SATISFIABLE).into_response();
    if let Ok(range) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(CONTENT_RANGE, range);
    }
    response
}

async fn answer(
    shelf: &Shelf,
    upload: &Upload,
    range: Option<RangeInclusive<u64>>,
    etag: &str,
) -> Result<Response, ApiError> {
    let (first, last) =
        range.as_ref().map_or((0, upload.size.saturating_sub(1)), |range| (*range.start(), *range.end()));
    let bytes = shelf.store.read(upload.media_id, first..last + 1).await.map_err(|error| match error {
        StoreError::NotFound => ApiError::not_found(),
        StoreError::Unavailable(words) => ApiError::unavailable(words),
    })?;
    let text = |text: String| HeaderValue::from_str(&text).map_err(ApiError::internal);
    let is_known = upload.media_type().is_some_and(|known| known.is_image() || known.is_video());
    let disposition = if is_known { "inline" } else { "attachment" };
    let mut headers: Vec<(HeaderName, HeaderValue)> = vec![
        (CONTENT_TYPE, text(upload.content_type.clone())?),
        (CONTENT_LENGTH, HeaderValue::from(last + 1 - first)),
        (ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        // Its name is its owner's business.
        (CONTENT_DISPOSITION, text(format!("{disposition}; filename=\"{}\"", upload.media_id))?),
        (ETAG, text(etag.to_owned())?),
        (CACHE_CONTROL, OWN_CACHE),
    ];
    let status = if range.is_some() {
        headers.push((CONTENT_RANGE, text(format!("bytes {first}-{last}/{}", upload.size))?));
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let mut response = Response::new(Body::from_stream(bytes));
    *response.status_mut() = status;
    response.headers_mut().extend(headers);
    Ok(response)
}
