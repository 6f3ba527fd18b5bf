//! POST /courses/:id/modules/:module_id/lessons: a lesson goes into a module.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::{AddLesson, Editor, FilmSource, LessonVideo};
use domain::values::{Description, DurationSeconds, HttpUrl, LessonContent, Order, ShortTitle, Transcript, word};
use events::{CourseId, LessonId, LessonType, ModuleId, QuizId};
use read_models::views::{Audience, LessonView};
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, FieldError, Fields, JsonBody, PathId, Success};
use utoipa::ToSchema;
use uuid::Uuid;

use super::edit::Edit;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Done};
use crate::fields::parsed;
use crate::views::course_documents;

/// A new lesson.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLesson {
    /// 1 to 200 characters.
    #[schema(nullable = false, required = true)]
    title: Option<String>,
    /// At most 20,000 characters.
    description: Option<String>,
    /// `video`, `text`, `quiz` or `exercise`.
    #[serde(rename = "type")]
    #[schema(nullable = false, required = true)]
    lesson_type: Option<String>,
    /// Its place in the module, from 1; the end by default.
    order: Option<i64>,
    /// Required for a video lesson.
    video: Option<NewVideo>,
    /// HTML, at most 500,000 characters; required for a text lesson.
    content: Option<String>,
    /// Whether anybody may see it before buying.
    preview: Option<bool>,
    /// The quiz that goes with it, one of the course's.
    quiz_id: Option<String>,
}

/// The film of a new lesson.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVideo {
    /// http(s).
    #[schema(nullable = false, required = true)]
    url: Option<String>,
    /// In seconds.
    duration_seconds: Option<i64>,
    /// At most 500,000 characters.
    transcript: Option<String>,
    /// http(s).
    thumbnail_url: Option<String>,
}

impl NewLesson {
    fn parse(self, module_id: ModuleId, by: Editor) -> Result<AddLesson, ApiError> {
        let mut fields = Fields::new();
        let title = fields.required_text("title", self.title, |text| parsed(ShortTitle::parse(text)));
        let description =
            fields.optional_text("description", self.description, |text| parsed(Description::parse(text)));
        let lesson_type =
            fields.required_text("type", self.lesson_type, |text| parsed(word(text, LessonType::from_word)));
        let order = fields.optional("order", self.order, |order| parsed(Order::parse(order)));
        let video = self.video.and_then(|video| video.parse(&mut fields));
        let content = fields.optional_text("content", self.content, clean_content).flatten();
        let quiz_id = fields.optional_text("quiz_id", self.quiz_id, quiz);
        fields.build(|| {
            Some(AddLesson {
                lesson_id: LessonId::new(Uuid::now_v7()),
                module_id,
                by,
                title: title?,
                description,
                lesson_type: lesson_type?,
                video,
                content,
                quiz_id,
                preview: self.preview.unwrap_or(false),
                order,
            })
        })
    }
}

/// What a browser must not run never enters the log. The text is judged as it came too: cleaning swallows NUL, which is
/// to be refused. Nothing is left of what was all script.
pub(super) fn clean_content(html: &str) -> Result<Option<LessonContent>, FieldError> {
    parsed(LessonContent::parse(html))?;
    let clean = ammonia::clean(html);
    if clean.trim().is_empty() { Ok(None) } else { parsed(LessonContent::parse(&clean)).map(Some) }
}

pub(super) fn quiz(text: &str) -> Result<QuizId, FieldError> {
    text.parse().map_err(|_| FieldError::new("invalid"))
}

impl NewVideo {
    pub(super) fn parse(self, fields: &mut Fields) -> Option<LessonVideo> {
        let url = fields.required_text("video.url", self.url, |text| parsed(HttpUrl::parse(text)));
        let duration_seconds = fields.optional("video.duration_seconds", self.duration_seconds, |seconds| {
            parsed(DurationSeconds::parse(seconds))
        });
        let transcript =
            fields.optional_text("video.transcript", self.transcript, |text| parsed(Transcript::parse(text)));
        let thumbnail_url =
            fields.optional_text("video.thumbnail_url", self.thumbnail_url, |text| parsed(HttpUrl::parse(text)));
        Some(LessonVideo { source: FilmSource::Url(url?), duration_seconds, transcript, thumbnail_url })
    }
}

/// A lesson under its name.
#[derive(Serialize, ToSchema)]
pub struct LessonAnswer {
    /// The lesson.
    lesson: LessonView,
}

/// Puts a lesson into a module.
#[utoipa::path(
    post, path = "/courses/{id}/modules/{module_id}/lessons", tag = "course", request_body = NewLesson,
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The course"), ("module_id" = Uuid, Path, description = "The module")),
    responses(
        (status = 201, body = DataBody<LessonAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn add_lesson(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId((course_id, module_id)): PathId<(CourseId, ModuleId)>,
    JsonBody(body): JsonBody<NewLesson>,
) -> Result<Response, Refusal> {
    let by = Editor { user_id: caller.user_id, role: caller.role };
    let command = body.parse(module_id, by)?;
    let (origin, outcome) = (context.origin(Some(&caller)), command.lesson_id);
    let use_case = Edit::new(course_id, caller, outcome, |_, by| Ok(AddLesson { by, ..command.clone() }))
        .naming_quiz(command.quiz_id);
    let done = commands.run(&origin, &use_case).await?;
    Ok(lesson_answer(&commands, course_id, done.outcome, &done).await?.created().into_response())
}

/// The lesson as its owner sees it after a command.
pub(super) async fn lesson_answer<O: Sync>(
    commands: &Commands,
    course_id: CourseId,
    lesson_id: LessonId,
    done: &Done<O>,
) -> Result<Success<LessonAnswer>, Refusal> {
    let documents = course_documents(commands.log(), course_id, done.pending).await?;
    let lesson = documents.lessons.into_iter().find(|lesson| lesson.id == lesson_id);
    let lesson = LessonView::new(lesson.ok_or_else(ApiError::not_found)?, Audience::Owner);
    Ok(done.answer(LessonAnswer { lesson }))
}
