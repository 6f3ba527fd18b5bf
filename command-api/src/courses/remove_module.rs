//! DELETE /courses/:id/modules/:module_id: a module leaves its course.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::RemoveModule;
use events::{CourseId, ModuleId};
use service_kit::http::{ErrorBody, MessageBody, PathId, QueryParams};

use super::edit::Edit;
use crate::Refusal;
use crate::commands::{CommandContext, Commands};

/// Removes a module; its lessons only when it is said that they go with it.
#[utoipa::path(
    delete, path = "/courses/{id}/modules/{module_id}", tag = "course", security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The course"),
        ("module_id" = uuid::Uuid, Path, description = "The module"),
        ("cascade" = Option<bool>, Query, description = "whether its lessons go with it; false by default"),
    ),
    responses(
        (status = 200, body = MessageBody),
        (status = 400, description = "module_not_empty, validation_failed", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn remove_module(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId((course_id, module_id)): PathId<(CourseId, ModuleId)>,
    mut params: QueryParams,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let cascade = params.optional("cascade", |text| text.parse::<bool>().map_err(|_| "invalid")).unwrap_or(false);
    params.finish()?;
    let use_case = Edit::new(course_id, caller, module_id, |_, by| Ok(RemoveModule { module_id, by, cascade }));
    let done = commands.run(&origin, &use_case).await?;
    Ok(done.message(context.text("module_removed")).into_response())
}
