//! POST /ai/chat: a question about a course, answered by what the course says.

use access::{Access, Caller, log_failure};
use ai_core::chat::{Asked, Reply};
use axum::extract::State;
use domain::values::ChatMessage;
use events::{CourseId, LessonId};
use read_models::COURSES_PROJECTION;
use read_models::views::load_course_card;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, RequestContext, Success};
use utoipa::ToSchema;

use super::id;
use super::library::Library;
use crate::Reads;

/// A question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChatQuestion {
    /// 1 to 2,000 characters, in French or English.
    #[schema(nullable = false, required = true)]
    message: Option<String>,
    /// The course that it is about.
    #[schema(nullable = false, required = true, value_type = Uuid)]
    course_id: Option<String>,
    /// The lesson that the caller is at, which is looked in first.
    #[schema(nullable = false, value_type = Uuid)]
    lesson_id: Option<String>,
}

struct Question {
    message: ChatMessage,
    /// None for what is no id: nothing has it.
    course_id: Option<CourseId>,
    lesson_id: Option<Option<LessonId>>,
}

impl ChatQuestion {
    fn parse(self) -> Result<Question, ApiError> {
        let mut fields = Fields::new();
        let message = |text: &str| ChatMessage::parse(text).map_err(|error| error.code());
        let message = fields.required_text("message", self.message, message);
        let course_id = fields.required_text("course_id", self.course_id, id);
        let lesson_id = fields.optional_text("lesson_id", self.lesson_id, id);
        fields.build(|| Some(Question { message: message?, course_id: course_id?, lesson_id }))
    }
}

/// An answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChatAnswer {
    /// What the FAQ or a lesson says; or that nothing is known.
    reply: String,
    /// How sure it is, 0 to 1; below 0.5 the reply says that nothing is known.
    confidence: f64,
    /// Where the reply is from, the best first; empty when nothing is known.
    sources: Vec<ChatSource>,
}

/// Where a reply is from.
#[derive(Serialize, ToSchema)]
struct ChatSource {
    #[serde(rename = "type")]
    source_type: ChatSourceType,
    #[schema(value_type = Uuid)]
    id: String,
    /// The lesson's title, or the FAQ's question.
    title: String,
    /// What it says.
    excerpt: String,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChatSourceType {
    Faq,
    Lesson,
}

impl From<Reply> for ChatAnswer {
    fn from(reply: Reply) -> Self {
        let sources = reply.sources.into_iter().map(|source| ChatSource {
            source_type: if source.is_lesson { ChatSourceType::Lesson } else { ChatSourceType::Faq },
            id: source.id,
            title: source.title,
            excerpt: source.excerpt,
        });
        Self { reply: reply.reply, confidence: reply.confidence, sources: sources.collect() }
    }
}

/// Answers a question about a course from its FAQ and its lessons, as far as the caller may open them.
///
/// What nothing is known of is said so. Messages are kept nowhere.
#[utoipa::path(
    post, path = "/ai/chat", tag = "ai", request_body = ChatQuestion, security(("bearer" = [])),
    responses(
        (status = 200, body = DataBody<ChatAnswer>),
        (status = 400, description = "`validation_failed`, `unknown_field`, `malformed_body`", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such course, or not visible to the caller; no such lesson in it", body = ErrorBody),
        (status = 413, description = "`payload_too_large`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn chat(
    State(reads): State<Reads>,
    State(library): State<Library>,
    State(access): State<Access>,
    caller: Caller,
    context: RequestContext,
    JsonBody(body): JsonBody<ChatQuestion>,
) -> Result<Success<ChatAnswer>, ApiError> {
    let question = body.parse()?;
    let position = reads.begin(&context, &[COURSES_PROJECTION]).await?;
    let course_id = question.course_id.ok_or_else(ApiError::not_found)?;
    let card = load_course_card(reads.database(), course_id).await.map_err(|error| log_failure(&error))?;
    let card = card.ok_or_else(ApiError::not_found)?;
    let rights = access.content(&caller, course_id).await?.rights;
    if !rights.sees_course() {
        return Err(ApiError::not_found());
    }
    let shelf = library.find(&card).await?;
    let lesson = match question.lesson_id {
        None => None,
        Some(id) => Some(id.ok_or_else(ApiError::not_found)?.to_string()),
    };
    if lesson.as_ref().is_some_and(|id| !shelf.index.has_lesson(id)) {
        return Err(ApiError::not_found());
    }
    let reply = shelf.index.ask(&Asked {
        message: question.message.as_str(),
        lesson: lesson.as_deref(),
        opens_all: rights.opens(),
        fallback: super::language(context.language),
    });
    Ok(Success::data(ChatAnswer::from(reply)).position(position))
}
