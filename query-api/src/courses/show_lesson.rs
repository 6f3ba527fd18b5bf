//! GET /courses/{id}/lessons/{lesson_id}: a lesson with its content.

use access::{Access, Caller};
use axum::extract::State;
use events::{CourseId, EnrollmentId, LessonId, LessonProgressId, LessonStatus};
use http::StatusCode;
use media_store::Films;
use read_models::views::{Audience, LessonProgressView, LessonView, load_lesson};
use read_models::{COURSES_PROJECTION, ENROLLMENTS_PROJECTION};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// What the answer is read from.
const READ: [&str; 2] = [COURSES_PROJECTION, ENROLLMENTS_PROJECTION];

/// A lesson, and how far the caller is with it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShownLesson {
    lesson: LessonView,
    /// Whether the caller has completed it.
    is_completed: bool,
    /// How far the caller is with it; null while they have not begun it.
    progress: Option<LessonProgressView>,
}

/// A lesson with its content: for the owner of the course, for admins, and for who is enrolled while a right of theirs
/// lives; a preview for everybody who sees the course.
#[utoipa::path(
    get,
    path = "/courses/{id}/lessons/{lesson_id}",
    tag = "courses",
    security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "the course"),
        ("lesson_id" = uuid::Uuid, Path, description = "the lesson"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<ShownLesson>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`no_access`, `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such course or lesson, or not visible", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_lesson(
    State(reads): State<Reads>,
    State(access): State<Access>,
    State(films): State<Films>,
    PathId((course_id, lesson_id)): PathId<(CourseId, LessonId)>,
    caller: Caller,
    context: RequestContext,
) -> Result<Success<ShownLesson>, ApiError> {
    let content = access.content(&caller, course_id).await?;
    if !content.rights.knows_course() {
        return Err(ApiError::not_found());
    }
    // Also whether it is a preview is the log's word.
    let (_, lesson) = content.course()?.lesson(lesson_id).ok_or_else(ApiError::not_found)?;
    if !content.rights.opens_lesson(lesson.preview) {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "no_access"));
    }
    let progress_id = LessonProgressId::of(EnrollmentId::of(caller.user_id, course_id), lesson_id);
    let find = || load_lesson(reads.database(), lesson_id, progress_id);
    let ((lesson, progress), position) = reads.find_own(&context, &READ, find).await?;
    let is_completed = progress.as_ref().is_some_and(|progress| progress.status == LessonStatus::Completed);
    let lesson = LessonView::new(lesson, Audience::Owner).with_film(|id| films.link(id));
    let shown = ShownLesson { lesson, is_completed, progress: progress.map(LessonProgressView::from) };
    Ok(Success::data(shown).position(position))
}
