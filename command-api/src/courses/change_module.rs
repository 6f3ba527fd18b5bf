//! PATCH /courses/:id/modules/:module_id: a module is described otherwise, or stands elsewhere.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::{ChangeModule, Editor};
use domain::values::{Description, Order, ShortTitle};
use events::{CourseId, ModuleId};
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, PathId};
use utoipa::ToSchema;

use super::add_module::{ModuleAnswer, module_answer};
use super::edit::Edit;
use crate::Refusal;
use crate::commands::{CommandContext, Commands};
use crate::fields::{clearable_text, given, parsed};

/// What is to change. What is missing, null or blank stays, save the description: null takes it away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleChanges {
    /// 1 to 200 characters.
    title: Option<String>,
    /// At most 20,000 characters; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    /// Its place, from 1.
    order: Option<i64>,
}

impl ModuleChanges {
    fn parse(self, module_id: ModuleId, by: Editor) -> Result<ChangeModule, ApiError> {
        let mut fields = Fields::new();
        let title = fields.optional_text("title", self.title, |text| parsed(ShortTitle::parse(text)));
        let description = clearable_text(&mut fields, "description", self.description, Description::parse);
        let order = fields.optional("order", self.order, |order| parsed(Order::parse(order)));
        fields.finish()?;
        Ok(ChangeModule { module_id, by, title, description, order })
    }
}

/// Changes a module, or its place.
#[utoipa::path(
    patch, path = "/courses/{id}/modules/{module_id}", tag = "course", request_body = ModuleChanges,
    security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The course"), ("module_id" = uuid::Uuid, Path, description = "The module")),
    responses(
        (status = 200, body = DataBody<ModuleAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn change_module(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId((course_id, module_id)): PathId<(CourseId, ModuleId)>,
    JsonBody(body): JsonBody<ModuleChanges>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let changes = body.parse(module_id, Editor { user_id: caller.user_id, role: caller.role })?;
    let use_case = Edit::new(course_id, caller, module_id, |_, by| Ok(ChangeModule { by, ..changes.clone() }));
    let done = commands.run(&origin, &use_case).await?;
    Ok(module_answer(&commands, course_id, module_id, &done).await?.into_response())
}
