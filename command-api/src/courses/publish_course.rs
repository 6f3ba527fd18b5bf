//! POST /courses/:id/publish: a draft goes into the catalogue.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::PublishCourse;
use events::CourseId;
use service_kit::http::{DataBody, ErrorBody, PathId};

use super::create_course::CourseAnswer;
use super::edit::{Edit, course_answer};
use crate::Refusal;
use crate::commands::{CommandContext, Commands};

/// Publishes a course.
#[utoipa::path(
    post, path = "/courses/{id}/publish", tag = "course", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The course")),
    responses(
        (status = 200, body = DataBody<CourseAnswer>),
        (status = 400, description = "course_incomplete, invalid_status", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn publish_course(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let use_case = Edit::new(course_id, caller, course_id, |_, by| Ok(PublishCourse { by }));
    let done = commands.run(&origin, &use_case).await?;
    Ok(course_answer(&commands, course_id, &done).await?.into_response())
}
