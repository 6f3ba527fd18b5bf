//! PATCH /faq/:id: a question, or its answer, is worded otherwise.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::{ChangeFaq, Editor};
use domain::values::{FaqAnswer, FaqQuestion};
use events::FaqId;
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, PathId};
use utoipa::ToSchema;

use super::add_faq::{FaqEntryAnswer, faq_answer};
use super::course_of_faq::course_of_faq;
use super::edit::Edit;
use crate::Refusal;
use crate::commands::{CommandContext, Commands};
use crate::fields::parsed;

/// What is to change. What is missing, null or blank stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FaqChanges {
    /// 1 to 1,000 characters.
    question: Option<String>,
    /// 1 to 10,000 characters.
    answer: Option<String>,
}

impl FaqChanges {
    fn parse(self, faq_id: FaqId, by: Editor) -> Result<ChangeFaq, ApiError> {
        let mut fields = Fields::new();
        let question = fields.optional_text("question", self.question, |text| parsed(FaqQuestion::parse(text)));
        let answer = fields.optional_text("answer", self.answer, |text| parsed(FaqAnswer::parse(text)));
        fields.finish()?;
        Ok(ChangeFaq { faq_id, by, question, answer })
    }
}

/// Changes an answered question.
#[utoipa::path(
    patch, path = "/faq/{id}", tag = "course", request_body = FaqChanges, security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The entry")),
    responses(
        (status = 200, body = DataBody<FaqEntryAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn change_faq(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(faq_id): PathId<FaqId>,
    JsonBody(body): JsonBody<FaqChanges>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let changes = body.parse(faq_id, Editor { user_id: caller.user_id, role: caller.role })?;
    let course_id = course_of_faq(&commands, faq_id).await?;
    let use_case = Edit::new(course_id, caller, faq_id, |_, by| Ok(ChangeFaq { by, ..changes.clone() }));
    let done = commands.run(&origin, &use_case).await?;
    Ok(faq_answer(&commands, course_id, faq_id, &done).await?.into_response())
}
