//! POST /courses: an instructor begins a course.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Course;
use domain::course::{CreateCourse, Editor};
use domain::values::{Category, Description, HttpUrl, ShortDescription, TagList, Title, word};
use events::{CourseId, Domain, Fold, Language, StreamId, Timestamp};
use read_models::views::CourseView;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody};
use utoipa::ToSchema;
use uuid::Uuid;

use super::edit::course_answer;
use super::editor;
use super::price::{PriceInput, parse_price};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::fields::parsed;

/// A new course.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCourse {
    /// 5 to 200 characters.
    #[schema(nullable = false, required = true)]
    title: Option<String>,
    /// At most 20,000 characters.
    #[schema(nullable = false, required = true)]
    description: Option<String>,
    /// At most 500 characters.
    short_description: Option<String>,
    /// `Excel`, `R`, `Python` or `Other`.
    #[schema(nullable = false, required = true)]
    domain: Option<String>,
    /// At most 20 of at most 50 characters.
    stack: Option<Vec<String>>,
    /// A number of euros, or `{amount, currency, pricing_model}`.
    #[schema(value_type = serde_json::Value, required = true)]
    price: Option<PriceInput>,
    /// `one-time` or `subscription`; required here or in `price`.
    pricing_model: Option<String>,
    /// At most 20 of at most 50 characters.
    keywords: Option<Vec<String>>,
    /// http(s).
    image_url: Option<String>,
    /// At most 50 characters.
    category: Option<String>,
    /// `fr` (default) or `en`.
    language: Option<String>,
}

impl NewCourse {
    /// The command, but for who gives it.
    fn parse(self, course_id: CourseId, by: Editor) -> Result<CreateCourse, ApiError> {
        let mut fields = Fields::new();
        let title = fields.required_text("title", self.title, |text| parsed(Title::parse(text)));
        let description =
            fields.required_text("description", self.description, |text| parsed(Description::parse(text)));
        let short_description = fields
            .optional_text("short_description", self.short_description, |text| parsed(ShortDescription::parse(text)));
        let domain = fields.required_text("domain", self.domain, |text| parsed(word(text, Domain::from_word)));
        let stack = fields.required("stack", Some(self.stack.unwrap_or_default()), |tags| parsed(TagList::parse(tags)));
        let price = parse_price(&mut fields, self.price, self.pricing_model);
        let keywords =
            fields.required("keywords", Some(self.keywords.unwrap_or_default()), |tags| parsed(TagList::parse(tags)));
        let image_url = fields.optional_text("image_url", self.image_url, |text| parsed(HttpUrl::parse(text)));
        let category = fields.optional_text("category", self.category, |text| parsed(Category::parse(text)));
        let language = fields.optional_text("language", self.language, |text| parsed(word(text, Language::from_word)));
        fields.build(|| {
            Some(CreateCourse {
                course_id,
                by,
                title: title?,
                description: description?,
                short_description,
                domain: domain?,
                stack: stack?,
                price: price.price?,
                pricing_model: price.pricing_model?,
                keywords: keywords?,
                image_url,
                category,
                language: language.unwrap_or(Language::Fr),
            })
        })
    }
}

/// A course under its name.
#[derive(Serialize, ToSchema)]
pub struct CourseAnswer {
    /// The course.
    pub course: CourseView,
}

/// Begins a course; it is a draft.
#[utoipa::path(
    post, path = "/courses", tag = "course", request_body = NewCourse, security(("bearer" = [])),
    responses(
        (status = 201, body = DataBody<CourseAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn create_course(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    JsonBody(body): JsonBody<NewCourse>,
) -> Result<Response, Refusal> {
    // Who may not create is told so, whatever the body looks like.
    let by = Editor { user_id: caller.user_id, role: caller.role };
    if !by.may_create() {
        return Err(ApiError::forbidden().into());
    }
    let command = body.parse(CourseId::new(Uuid::now_v7()), by)?;
    let done = commands.run(&context.origin(Some(&caller)), &Create { command, caller }).await?;
    Ok(course_answer(&commands, done.outcome, &done).await?.created().into_response())
}

struct Create {
    command: CreateCourse,
    caller: Caller,
}

impl UseCase for Create {
    type Outcome = CourseId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<CourseId, Refusal> {
        let by = editor(work, &self.caller).await?;
        let mut course = work.load::<Course>(self.command.course_id).await?;
        course.decide(CreateCourse { by, ..self.command.clone() }).await?;
        work.put(course);
        Ok(self.command.course_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Course::stream(self.command.course_id))
    }
}
