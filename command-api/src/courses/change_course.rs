//! PATCH /courses/:id: a course is described, or sold, otherwise.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::{ChangeCourse, Editor};
use domain::values::{Category, Description, HttpUrl, ShortDescription, TagList, Title, word};
use events::{CourseId, Domain, Language};
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, PathId};
use utoipa::ToSchema;

use super::create_course::CourseAnswer;
use super::edit::{Edit, course_answer};
use super::price::{PriceInput, parse_new_price};
use crate::Refusal;
use crate::commands::{CommandContext, Commands};
use crate::fields::{clearable_text, given, parsed};

/// What is to change. What is missing, null or blank stays, save what may be without a value: null takes that away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CourseChanges {
    /// 5 to 200 characters.
    title: Option<String>,
    /// At most 20,000 characters.
    description: Option<String>,
    /// At most 500 characters; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    short_description: Option<Option<String>>,
    /// `Excel`, `R`, `Python` or `Other`.
    domain: Option<String>,
    /// At most 20 of at most 50 characters.
    stack: Option<Vec<String>>,
    /// A number of euros, or `{amount, currency, pricing_model}`.
    #[schema(value_type = Option<serde_json::Value>)]
    price: Option<PriceInput>,
    /// `one-time` or `subscription`; here or in `price`.
    pricing_model: Option<String>,
    /// At most 20 of at most 50 characters.
    keywords: Option<Vec<String>>,
    /// http(s); null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    image_url: Option<Option<String>>,
    /// At most 50 characters; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    category: Option<Option<String>>,
    /// `fr` or `en`.
    language: Option<String>,
}

impl CourseChanges {
    /// The command, but for who gives it.
    fn parse(self, by: Editor) -> Result<ChangeCourse, ApiError> {
        let mut fields = Fields::new();
        let title = fields.optional_text("title", self.title, |text| parsed(Title::parse(text)));
        let description =
            fields.optional_text("description", self.description, |text| parsed(Description::parse(text)));
        let short_description =
            clearable_text(&mut fields, "short_description", self.short_description, ShortDescription::parse);
        let domain = fields.optional_text("domain", self.domain, |text| parsed(word(text, Domain::from_word)));
        let stack = fields.optional("stack", self.stack, |tags| parsed(TagList::parse(tags)));
        let price = parse_new_price(&mut fields, self.price, self.pricing_model);
        let keywords = fields.optional("keywords", self.keywords, |tags| parsed(TagList::parse(tags)));
        let image_url = clearable_text(&mut fields, "image_url", self.image_url, HttpUrl::parse);
        let category = clearable_text(&mut fields, "category", self.category, Category::parse);
        let language = fields.optional_text("language", self.language, |text| parsed(word(text, Language::from_word)));
        fields.finish()?;
        Ok(ChangeCourse {
            by,
            title,
            description,
            short_description,
            domain,
            stack,
            price: price.price,
            pricing_model: price.pricing_model,
            keywords,
            image_url,
            category,
            language,
        })
    }
}

/// Changes what a course says of itself.
#[utoipa::path(
    patch, path = "/courses/{id}", tag = "course", request_body = CourseChanges, security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The course"),
        ("If-Match" = Option<String>, Header, description = "version that the course must have"),
    ),
    responses(
        (status = 200, body = DataBody<CourseAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 412, description = "precondition_failed", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn change_course(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
    JsonBody(body): JsonBody<CourseChanges>,
) -> Result<Response, Refusal> {
    let changes = body.parse(Editor { user_id: caller.user_id, role: caller.role })?;
    let origin = context.conditional(&caller);
    let use_case = Edit::new(course_id, caller, course_id, |_, by| Ok(ChangeCourse { by, ..changes.clone() }));
    let done = commands.run(&origin, &use_case).await?;
    Ok(course_answer(&commands, course_id, &done).await?.into_response())
}
