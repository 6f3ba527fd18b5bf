//! GET /courses/{id}/progress: how far the caller is in a course.

use access::{Access, Caller};
use axum::extract::State;
use events::{CourseId, EnrollmentId};
use http::StatusCode;
use read_models::ENROLLMENTS_PROJECTION;
use read_models::views::{EnrollmentView, LessonProgressView, load_lessons_progress};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// How far the caller is.
#[derive(Serialize, ToSchema)]
pub(crate) struct CourseProgress {
    enrollment: EnrollmentView,
    /// With each lesson that they have begun, the last begun first; also with those that are gone from the course.
    lessons_progress: Vec<LessonProgressView>,
}

/// How far the caller is in a course that they are enrolled in, whether a right of theirs to it lives or not.
#[utoipa::path(
    get,
    path = "/courses/{id}/progress",
    tag = "courses",
    security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "the course"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<CourseProgress>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`not_enrolled`, `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such course, or not visible", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_progress(
    State(reads): State<Reads>,
    State(access): State<Access>,
    PathId(course_id): PathId<CourseId>,
    caller: Caller,
    context: RequestContext,
) -> Result<Success<CourseProgress>, ApiError> {
    let content = access.content(&caller, course_id).await?;
    if !content.rights.knows_course() {
        return Err(ApiError::not_found());
    }
    if !content.rights.is_enrolled() {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "not_enrolled"));
    }
    let id = EnrollmentId::of(caller.user_id, course_id);
    let find = || load_lessons_progress(reads.database(), id);
    let ((documents, progress), position) = reads.find_own(&context, &[ENROLLMENTS_PROJECTION], find).await?;
    let shown = CourseProgress {
        enrollment: EnrollmentView::new(documents.enrollment, &documents.course.lesson_ids),
        lessons_progress: progress.into_iter().map(LessonProgressView::from).collect(),
    };
    Ok(Success::data(shown).position(position))
}
