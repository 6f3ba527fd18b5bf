//! DELETE /courses/:id: a course is put away.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::ArchiveCourse;
use events::CourseId;
use service_kit::http::{DataBody, ErrorBody, PathId};

use super::create_course::CourseAnswer;
use super::edit::{Edit, course_answer};
use crate::Refusal;
use crate::commands::{CommandContext, Commands};

/// Archives a course: out of the catalogue, no new sale; who has access keeps it.
#[utoipa::path(
    delete, path = "/courses/{id}", tag = "course", security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The course"),
        ("If-Match" = Option<String>, Header, description = "version that the course must have"),
    ),
    responses(
        (status = 200, body = DataBody<CourseAnswer>),
        (status = 400, description = "invalid_status, `If-Match` that is no version", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 412, description = "precondition_failed", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn archive_course(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
) -> Result<Response, Refusal> {
    let origin = context.conditional(&caller);
    let use_case = Edit::new(course_id, caller, course_id, |_, by| Ok(ArchiveCourse { by }));
    let done = commands.run(&origin, &use_case).await?;
    Ok(course_answer(&commands, course_id, &done).await?.into_response())
}
