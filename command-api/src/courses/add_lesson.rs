//! POST /courses/:id/modules/:module_id/lessons: a lesson goes into a module.

use access::Caller;
use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse, Response};
use domain::course::{AddLesson, Editor, FilmSource, LessonVideo};
use domain::values::{Description, DurationSeconds, HttpUrl, LessonContent, Order, ShortTitle, Transcript, word};
use events::{CourseId, LessonId, LessonType, ModuleId, QuizId};
use media_store::Shelf;
use read_models::views::{Audience, LessonView};
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, FieldError, Fields, JsonBody, Object, PathId, Success};
use utoipa::ToSchema;
use uuid::Uuid;

use super::edit::Edit;
use super::film::{Film, LessonForm, WithFilm};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Done};
use crate::fields::parsed;
use crate::media::boundary;
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
    #[schema(value_type = Option<NewVideo>)]
    video: Option<Object<NewVideo>>,
    /// HTML, at most 500,000 characters; required for a text lesson.
    content: Option<String>,
    /// Whether anybody may see it before buying.
    preview: Option<bool>,
    /// The quiz that goes with it, one of the course's.
    quiz_id: Option<String>,
}

/// The film of a new lesson.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVideo {
    /// http(s); or else `media_id`. The address at which an answer shows an uploaded film names that film.
    url: Option<String>,
    /// An uploaded film of the course's instructor.
    #[schema(value_type = Option<Uuid>)]
    media_id: Option<String>,
    /// In seconds.
    duration_seconds: Option<i64>,
    /// At most 500,000 characters.
    transcript: Option<String>,
    /// http(s).
    thumbnail_url: Option<String>,
}

impl NewLesson {
    pub(super) fn parse(self, module_id: ModuleId, by: Editor, film: &Film) -> Result<AddLesson, ApiError> {
        let mut fields = Fields::new();
        let title = fields.required_text("title", self.title, |text| parsed(ShortTitle::parse(text)));
        let description =
            fields.optional_text("description", self.description, |text| parsed(Description::parse(text)));
        let lesson_type =
            fields.required_text("type", self.lesson_type, |text| parsed(word(text, LessonType::from_word)));
        let order = fields.optional("order", self.order, |order| parsed(Order::parse(order)));
        let video = film.or_empty(self.video).and_then(|Object(video)| video.parse(film, &mut fields));
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
    /// The film that it names, if it is an upload.
    pub(super) fn media_id(&self) -> Option<&str> {
        self.media_id.as_deref().filter(|id| !id.trim().is_empty())
    }

    /// Its address, if it has one.
    pub(super) fn url(&self) -> Option<&str> {
        self.url.as_deref().filter(|url| !url.trim().is_empty())
    }

    pub(super) fn parse(self, film: &Film, fields: &mut Fields) -> Option<LessonVideo> {
        let has_url = self.url().is_some();
        let source = match film {
            Film::Elsewhere => {
                let url = fields.required_text("video.url", self.url, |text| parsed(HttpUrl::parse(text)));
                url.map(FilmSource::Url)
            }
            Film::Uploaded(_) if has_url => {
                fields.reject("video.url", "ambiguous");
                None
            }
            Film::Uploaded(source) | Film::SentBack(source) => Some(source.clone()),
            Film::Unknown => {
                fields.reject("video.media_id", "invalid");
                None
            }
        };
        let duration_seconds = fields.optional("video.duration_seconds", self.duration_seconds, |seconds| {
            parsed(DurationSeconds::parse(seconds))
        });
        let transcript =
            fields.optional_text("video.transcript", self.transcript, |text| parsed(Transcript::parse(text)));
        let thumbnail_url =
            fields.optional_text("video.thumbnail_url", self.thumbnail_url, |text| parsed(HttpUrl::parse(text)));
        Some(LessonVideo { source: source?, duration_seconds, transcript, thumbnail_url })
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
    post, path = "/courses/{id}/modules/{module_id}/lessons", tag = "course", security(("bearer" = [])),
    request_body(content((NewLesson = "application/json"), (LessonForm = "multipart/form-data"))),
    params(("id" = Uuid, Path, description = "The course"), ("module_id" = Uuid, Path, description = "The module")),
    responses(
        (status = 201, body = DataBody<LessonAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 415, description = "the file is no film", body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn add_lesson(
    State(commands): State<Commands>,
    State(shelf): State<Shelf>,
    caller: Caller,
    context: CommandContext,
    PathId((course_id, module_id)): PathId<(CourseId, ModuleId)>,
    request: Request,
) -> Result<Response, Refusal> {
    let by = Editor { user_id: caller.user_id, role: caller.role };
    let origin = context.origin(Some(&caller));
    if boundary(request.headers()).is_some() {
        let lesson = WithFilm { course_id, module_id, caller, request };
        return lesson.add(&commands, &shelf, &origin).await;
    }
    let JsonBody(body) = JsonBody::<NewLesson>::from_request(request, &()).await?;
    let film = Film::named(&commands, body.video.as_ref()).await?;
    let command = body.parse(module_id, by, &film)?;
    let outcome = command.lesson_id;
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
    let lesson = lesson.with_film(|id| commands.film(id));
    Ok(done.answer(LessonAnswer { lesson }))
}
