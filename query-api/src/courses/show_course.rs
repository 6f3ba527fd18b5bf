//! GET /courses/{id}: a course with its outline.

use access::{Access, MaybeCaller};
use axum::extract::State;
use events::CourseId;
use media_store::Films;
use read_models::COURSES_PROJECTION;
use read_models::views::{CourseView, load_course_for};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use super::Viewer;
use crate::Reads;

/// A course.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShownCourse {
    course: CourseView,
}

/// A course with its modules and lessons in order.
///
/// Lessons come without content, video URL and transcript, save for previews; its owner and admins see everything, and
/// drafts and archived courses too.
#[utoipa::path(
    get,
    path = "/courses/{id}",
    tag = "courses",
    security((), ("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "the course"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<ShownCourse>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
            ("ETag" = String, description = "version of the course"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 404, description = "`not_found`: not there, or not visible to the caller", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_course(
    State(reads): State<Reads>,
    State(access): State<Access>,
    State(films): State<Films>,
    PathId(id): PathId<CourseId>,
    MaybeCaller(caller): MaybeCaller,
    context: RequestContext,
) -> Result<Success<ShownCourse>, ApiError> {
    let position = reads.begin(&context, &[COURSES_PROJECTION]).await?;
    let find = |viewer: Viewer| {
        let database = reads.database();
        async move { load_course_for(database, id, |course| viewer.audience(course)).await }
    };
    let (documents, audience) = Viewer::find(&access, caller, id, find).await?;
    let version = documents.course.version;
    let course = CourseView::new(documents, audience).with_films(|id| films.link(id));
    Ok(Success::data(ShownCourse { course }).position(position).version(version))
}
