//! DELETE /faq/:id: a question is not shown any more.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::course::RemoveFaq;
use events::FaqId;
use service_kit::http::{ErrorBody, MessageBody, PathId};

use super::course_of_faq::course_of_faq;
use super::edit::Edit;
use crate::Refusal;
use crate::commands::{CommandContext, Commands};

/// Takes an answered question off its course's page.
#[utoipa::path(
    delete, path = "/faq/{id}", tag = "course", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The entry")),
    responses(
        (status = 200, body = MessageBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn remove_faq(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(faq_id): PathId<FaqId>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let course_id = course_of_faq(&commands, faq_id).await?;
    let done =
        commands.run(&origin, &Edit::new(course_id, caller, faq_id, |_, by| Ok(RemoveFaq { faq_id, by }))).await?;
    Ok(done.message(context.text("faq_removed")).into_response())
}
