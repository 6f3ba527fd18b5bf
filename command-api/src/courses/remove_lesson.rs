//! DELETE /courses/:id/modules/:module_id/lessons/:lesson_id: a lesson leaves its course.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::RemoveLesson;
use events::{CourseId, LessonId, ModuleId};
use service_kit::http::{ErrorBody, MessageBody, PathId};

use super::edit::{Edit, lesson_must_be_in};
use crate::Refusal;
use crate::commands::{CommandContext, Commands};

/// Removes a lesson; what learners did in it counts no more.
#[utoipa::path(
    delete, path = "/courses/{id}/modules/{module_id}/lessons/{lesson_id}", tag = "course",
    security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The course"),
        ("module_id" = uuid::Uuid, Path, description = "The module"),
        ("lesson_id" = uuid::Uuid, Path, description = "The lesson"),
    ),
    responses(
        (status = 200, body = MessageBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn remove_lesson(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId((course_id, module_id, lesson_id)): PathId<(CourseId, ModuleId, LessonId)>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let use_case = Edit::new(course_id, caller, lesson_id, |course, by| {
        lesson_must_be_in(course, by, module_id, lesson_id)?;
        Ok(RemoveLesson { lesson_id, by })
    });
    let done = commands.run(&origin, &use_case).await?;
    Ok(done.message(context.text("lesson_removed")).into_response())
}
