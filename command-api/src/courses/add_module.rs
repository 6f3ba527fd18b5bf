//! POST /courses/:id/modules: a module goes into a course.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::{AddModule, Editor};
use domain::values::{Description, Order, ShortTitle};
use events::{CourseId, ModuleId};
use read_models::views::{Audience, CourseView, ModuleView};
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, PathId, Success};
use utoipa::ToSchema;
use uuid::Uuid;

use super::edit::Edit;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Done};
use crate::fields::parsed;
use crate::views::course_documents;

/// A new module.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewModule {
    /// 1 to 200 characters.
    #[schema(nullable = false, required = true)]
    title: Option<String>,
    /// At most 20,000 characters.
    description: Option<String>,
    /// Its place, from 1; the end by default.
    order: Option<i64>,
}

impl NewModule {
    fn parse(self, module_id: ModuleId, by: Editor) -> Result<AddModule, ApiError> {
        let mut fields = Fields::new();
        let title = fields.required_text("title", self.title, |text| parsed(ShortTitle::parse(text)));
        let description =
            fields.optional_text("description", self.description, |text| parsed(Description::parse(text)));
        let order = fields.optional("order", self.order, |order| parsed(Order::parse(order)));
        fields.build(|| Some(AddModule { module_id, by, title: title?, description, order }))
    }
}

/// A module under its name.
#[derive(Serialize, ToSchema)]
pub struct ModuleAnswer {
    /// The module.
    module: ModuleView,
}

/// Puts a module into a course.
#[utoipa::path(
    post, path = "/courses/{id}/modules", tag = "course", request_body = NewModule, security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The course")),
    responses(
        (status = 201, body = DataBody<ModuleAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn add_module(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
    JsonBody(body): JsonBody<NewModule>,
) -> Result<Response, Refusal> {
    let by = Editor { user_id: caller.user_id, role: caller.role };
    let command = body.parse(ModuleId::new(Uuid::now_v7()), by)?;
    let (origin, outcome) = (context.origin(Some(&caller)), command.module_id);
    let use_case = Edit::new(course_id, caller, outcome, |_, by| Ok(AddModule { by, ..command.clone() }));
    let done = commands.run(&origin, &use_case).await?;
    Ok(module_answer(&commands, course_id, done.outcome, &done).await?.created().into_response())
}

/// The module as its owner sees it after a command.
pub(super) async fn module_answer<O: Sync>(
    commands: &Commands,
    course_id: CourseId,
    module_id: ModuleId,
    done: &Done<O>,
) -> Result<Success<ModuleAnswer>, Refusal> {
    let documents = course_documents(commands.log(), course_id, done.pending).await?;
    let course = CourseView::new(documents, Audience::Owner).with_films(|id| commands.film(id));
    let module = course.modules.into_iter().find(|module| module.id == module_id).ok_or_else(ApiError::not_found)?;
    Ok(done.answer(ModuleAnswer { module }))
}
