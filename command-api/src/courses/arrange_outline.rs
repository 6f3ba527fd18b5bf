//! PUT /courses/:id/outline: modules and lessons are put in another order, all at once.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::{ArrangeOutline, ArrangeOutlineError};
use events::{CourseId, LessonId, ModuleId, ModuleOutline};
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonList, PathId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::create_course::CourseAnswer;
use super::edit::{Edit, course_answer};
use crate::Refusal;
use crate::commands::{CommandContext, Commands};

/// A module and what is in it, in order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModulePlace {
    /// The module.
    #[schema(nullable = false, required = true)]
    module_id: Option<String>,
    /// Its lessons.
    #[schema(nullable = false, required = true)]
    lessons: Option<Vec<String>>,
}

/// What the list names; none when it names what is no id, and so nothing of the course.
fn parse(list: Vec<ModulePlace>) -> Result<Option<Vec<ModuleOutline>>, ApiError> {
    let mut fields = Fields::new();
    let mut places = Vec::with_capacity(list.len());
    for (index, place) in list.into_iter().enumerate() {
        let module_id = fields.required(&format!("[{index}].module_id"), place.module_id, Ok::<_, &str>);
        let lessons = fields.required(&format!("[{index}].lessons"), place.lessons, Ok::<_, &str>);
        places.push((module_id.unwrap_or_default(), lessons.unwrap_or_default()));
    }
    fields.finish()?;
    let id = |text: &String| text.parse::<Uuid>().ok();
    let outline = places.iter().map(|(module, lessons)| {
        let lesson_ids: Option<Vec<LessonId>> = lessons.iter().map(|lesson| id(lesson).map(LessonId::new)).collect();
        Some(ModuleOutline { module_id: ModuleId::new(id(module)?), lesson_ids: lesson_ids? })
    });
    Ok(outline.collect())
}

/// Puts modules and lessons in order. Lessons may move between modules; who has done them has done them still.
#[utoipa::path(
    put, path = "/courses/{id}/outline", tag = "course", request_body = Vec<ModulePlace>, security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The course")),
    responses(
        (status = 200, body = DataBody<CourseAnswer>),
        (status = 400, description = "outline_mismatch, validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn arrange_outline(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
    JsonList(body): JsonList<ModulePlace>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let outline = parse(body)?;
    let use_case = Edit::new(course_id, caller, course_id, |course, by| {
        course.editable_by(by)?;
        let modules = outline.clone().ok_or(ArrangeOutlineError::OutlineMismatch)?;
        Ok(ArrangeOutline { by, modules })
    });
    let done = commands.run(&origin, &use_case).await?;
    Ok(course_answer(&commands, course_id, &done).await?.into_response())
}
