//! DELETE /auth/profile: somebody has themselves erased.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::User;
use events::{Fold, StreamId, Timestamp, UserId};
use serde::Deserialize;
use service_kit::http::{ApiError, ErrorBody, Fields, JsonBody, MessageBody};
use utoipa::ToSchema;

use super::erase_user;
use super::own_password::{prove, still_proved};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, Unrecorded, UseCase};
use crate::fields::typed_password;
use crate::limits::Limiter;
use crate::passwords::Passwords;
use crate::tokens::EmailNames;

/// Proof that it is they who ask.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileDeletion {
    /// Password of the account.
    #[schema(nullable = false, required = true)]
    password: Option<String>,
}

impl ProfileDeletion {
    fn parse(self) -> Result<String, ApiError> {
        let mut fields = Fields::new();
        let password = fields.required("password", self.password, typed_password);
        fields.build(|| password)
    }
}

/// Erases the caller: their tokens are dead at once, what is personal can't be read any more, the address is free.
#[utoipa::path(
    delete, path = "/auth/profile", tag = "auth", request_body = ProfileDeletion, security(("bearer" = [])),
    params(("If-Match" = Option<String>, Header, description = "version that the account must have")),
    responses(
        (status = 200, body = MessageBody),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, last_admin", body = ErrorBody),
        (status = 401, description = "unauthorized, wrong_password", body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 412, description = "precondition_failed", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 429, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn delete_profile(
    State(commands): State<Commands>,
    State(passwords): State<Passwords>,
    State(emails): State<EmailNames>,
    State(limiter): State<Limiter>,
    caller: Caller,
    context: CommandContext,
    JsonBody(body): JsonBody<ProfileDeletion>,
) -> Result<Response, Refusal> {
    let password = body.parse()?;
    let proved = prove(commands.log(), &passwords, caller.user_id, password).await?;
    let use_case = EraseSelf { user_id: caller.user_id, proved, emails: &emails };
    let done = commands.run(&context.conditional(&caller), &use_case).await?;
    limiter.forget(caller.user_id).await;
    let mut response = done.message(context.text("account_erased")).into_response();
    // The record would be theirs, and theirs are gone. A repetition has no caller any more: 401.
    response.extensions_mut().insert(Unrecorded);
    Ok(response)
}

struct EraseSelf<'a> {
    user_id: UserId,
    /// Generation of the password that was proved.
    proved: u32,
    emails: &'a EmailNames,
}

impl UseCase for EraseSelf<'_> {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), Refusal> {
        let user = work.load::<User>(self.user_id).await?;
        still_proved(user.state(), Some(self.proved))?;
        let was_admin = user.state().is_acting_admin();
        erase_user(work, self.emails, user, was_admin, now).await
    }

    fn names(&self) -> Option<StreamId> {
        Some(User::stream(self.user_id))
    }
}
