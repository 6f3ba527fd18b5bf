//! PATCH /courses/:id/modules/:module_id/lessons/:lesson_id: a lesson is written anew, or stands elsewhere.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::{ChangeLesson, Editor};
use domain::values::{Description, Order, ShortTitle, word};
use events::{CourseId, LessonId, LessonType, ModuleId};
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, Object, PathId};
use utoipa::ToSchema;

use super::add_lesson::{LessonAnswer, NewVideo, clean_content, lesson_answer, quiz};
use super::edit::{Edit, lesson_must_be_in};
use super::film::Film;
use crate::Refusal;
use crate::commands::{CommandContext, Commands};
use crate::fields::{clearable, clearable_text, given, parsed};

/// What is to change. What is missing, null or blank stays, save what may be absent: null takes it away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LessonChanges {
    /// 1 to 200 characters.
    title: Option<String>,
    /// At most 20,000 characters; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    /// `video`, `text`, `quiz` or `exercise`.
    #[serde(rename = "type")]
    lesson_type: Option<String>,
    /// Its place in the module, from 1.
    order: Option<i64>,
    /// The whole film; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NewVideo>)]
    video: Option<Option<Object<NewVideo>>>,
    /// HTML, at most 500,000 characters; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    content: Option<Option<String>>,
    /// Whether anybody may see it before buying.
    preview: Option<bool>,
    /// The quiz that goes with it, one of the course's; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    quiz_id: Option<Option<String>>,
}

impl LessonChanges {
    fn parse(self, lesson_id: LessonId, by: Editor, film: &Film) -> Result<ChangeLesson, ApiError> {
        let mut fields = Fields::new();
        let title = fields.optional_text("title", self.title, |text| parsed(ShortTitle::parse(text)));
        let description = clearable_text(&mut fields, "description", self.description, Description::parse);
        let lesson_type =
            fields.optional_text("type", self.lesson_type, |text| parsed(word(text, LessonType::from_word)));
        let order = fields.optional("order", self.order, |order| parsed(Order::parse(order)));
        let video = self.video.map(|video| video.and_then(|Object(video)| video.parse(film, &mut fields)));
        // Nothing is left of what was all script: it is taken away, as by null.
        let content = clearable(&mut fields, "content", self.content, clean_content).map(Option::flatten);
        let quiz_id = clearable(&mut fields, "quiz_id", self.quiz_id, quiz);
        fields.finish()?;
        let preview = self.preview;
        Ok(ChangeLesson { lesson_id, by, title, description, lesson_type, video, content, quiz_id, preview, order })
    }
}

/// Changes a lesson, or its place in its module.
#[utoipa::path(
    patch, path = "/courses/{id}/modules/{module_id}/lessons/{lesson_id}", tag = "course",
    request_body = LessonChanges, security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The course"),
        ("module_id" = uuid::Uuid, Path, description = "The module"),
        ("lesson_id" = uuid::Uuid, Path, description = "The lesson"),
    ),
    responses(
        (status = 200, body = DataBody<LessonAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn change_lesson(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId((course_id, module_id, lesson_id)): PathId<(CourseId, ModuleId, LessonId)>,
    JsonBody(body): JsonBody<LessonChanges>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let film = Film::named(&commands, body.video.as_ref().and_then(Option::as_ref)).await?;
    let changes = body.parse(lesson_id, Editor { user_id: caller.user_id, role: caller.role }, &film)?;
    let use_case = Edit::new(course_id, caller, lesson_id, |course, by| {
        lesson_must_be_in(course, by, module_id, lesson_id)?;
        Ok(ChangeLesson { by, ..changes.clone() })
    })
    .naming_quiz(changes.quiz_id.flatten());
    let done = commands.run(&origin, &use_case).await?;
    Ok(lesson_answer(&commands, course_id, lesson_id, &done).await?.into_response())
}
