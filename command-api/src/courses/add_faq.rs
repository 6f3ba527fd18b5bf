//! POST /courses/:id/faq: a question is answered for everyone.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Course;
use domain::course::{AddFaq, Editor};
use domain::values::{FaqAnswer, FaqQuestion};
use events::{CourseId, FaqId};
use read_models::views::FaqView;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, PathId, Success};
use utoipa::ToSchema;
use uuid::Uuid;

use super::edit::Edit;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Done};
use crate::fields::parsed;

/// A question and its answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFaq {
    /// 1 to 1,000 characters.
    #[schema(nullable = false, required = true)]
    question: Option<String>,
    /// 1 to 10,000 characters.
    #[schema(nullable = false, required = true)]
    answer: Option<String>,
}

impl NewFaq {
    fn parse(self, faq_id: FaqId, by: Editor) -> Result<AddFaq, ApiError> {
        let mut fields = Fields::new();
        let question = fields.required_text("question", self.question, |text| parsed(FaqQuestion::parse(text)));
        let answer = fields.required_text("answer", self.answer, |text| parsed(FaqAnswer::parse(text)));
        fields.build(|| Some(AddFaq { faq_id, by, question: question?, answer: answer? }))
    }
}

/// An answered question under its name.
#[derive(Serialize, ToSchema)]
pub struct FaqEntryAnswer {
    /// The entry.
    faq: FaqView,
}

/// Answers a question on a course's page.
#[utoipa::path(
    post, path = "/courses/{id}/faq", tag = "course", request_body = NewFaq, security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The course")),
    responses(
        (status = 201, body = DataBody<FaqEntryAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn add_faq(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
    JsonBody(body): JsonBody<NewFaq>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let command = body.parse(FaqId::new(Uuid::now_v7()), Editor { user_id: caller.user_id, role: caller.role })?;
    let outcome = command.faq_id;
    let use_case = Edit::new(course_id, caller, outcome, |_, by| Ok(AddFaq { by, ..command.clone() }));
    let done = commands.run(&origin, &use_case).await?;
    Ok(faq_answer(&commands, course_id, done.outcome, &done).await?.created().into_response())
}

/// The entry as the log has it: it is small, and the course's stream is at hand.
pub(super) async fn faq_answer<O: Sync>(
    commands: &Commands,
    course_id: CourseId,
    id: FaqId,
    done: &Done<O>,
) -> Result<Success<FaqEntryAnswer>, Refusal> {
    let course = commands.log().load::<Course>(course_id).await?;
    let details = course.state.details.as_ref().ok_or_else(ApiError::not_found)?;
    let entry = details.faq_entry(id).ok_or_else(ApiError::not_found)?;
    let (question, answer) = (entry.question.clone(), entry.answer.clone());
    Ok(done.answer(FaqEntryAnswer { faq: FaqView { id, course_id, question, answer, stale: false } }))
}
