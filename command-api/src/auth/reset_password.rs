//! POST /auth/reset-password: somebody sets another password by a mailed link.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::User;
use domain::user::ResetPassword;
use domain::values::{Password, PasswordHash};
use events::{Fold, StreamId, Timestamp, UserId};
use http::StatusCode;
use serde::Deserialize;
use service_kit::http::{ApiError, ErrorBody, Fields, JsonBody, MessageBody};
use utoipa::ToSchema;

use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::fields::{parsed, typed_token};
use crate::passwords::Passwords;
use crate::reset_tokens::ResetTokens;

/// The link's token, and the password to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordByLink {
    /// As it was mailed.
    #[schema(nullable = false, required = true)]
    token: Option<String>,
    /// 8 to 128 characters, with an upper-case letter and a digit.
    #[schema(nullable = false, required = true)]
    new_password: Option<String>,
}

impl PasswordByLink {
    fn parse(self) -> Result<(String, Password), ApiError> {
        let mut fields = Fields::new();
        let token = fields.required_text("token", self.token, typed_token);
        let password = fields.required("new_password", self.new_password, |text| parsed(Password::parse(text)));
        fields.build(|| Some((token?, password?)))
    }
}

/// Sets the password of whose link it is. Every session of theirs dies, and so does the link.
#[utoipa::path(
    post, path = "/auth/reset-password", tag = "auth", request_body = PasswordByLink,
    responses(
        (status = 200, body = MessageBody),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, weak_password", body = ErrorBody),
        (status = 401, description = "invalid_token", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn reset_password(
    State(commands): State<Commands>,
    State(passwords): State<Passwords>,
    State(tokens): State<ResetTokens>,
    context: CommandContext,
    JsonBody(body): JsonBody<PasswordByLink>,
) -> Result<Response, Refusal> {
    let (token, password) = body.parse()?;
    let invalid_token = || ApiError::new(StatusCode::UNAUTHORIZED, "invalid_token");
    let (user_id, password_generation, expires_at) = tokens.verify(&token).ok_or_else(invalid_token)?;
    let password_hash = passwords.hash(password).await?;
    let use_case = ResetByLink { user_id, password_generation, expires_at, password_hash };
    let done = commands.run(&context.origin(None), &use_case).await?;
    Ok(done.message(context.text("password_changed")).into_response())
}

struct ResetByLink {
    user_id: UserId,
    password_generation: u32,
    expires_at: Timestamp,
    password_hash: PasswordHash,
}

impl UseCase for ResetByLink {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), Refusal> {
        let mut user = work.load::<User>(self.user_id).await?;
        let (password_generation, expires_at) = (self.password_generation, self.expires_at);
        let password_hash = self.password_hash.clone();
        user.decide(ResetPassword { password_generation, expires_at, password_hash, now }).await?;
        work.put(user);
        Ok(())
    }

    fn subject(&self) -> Option<UserId> {
        Some(self.user_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(User::stream(self.user_id))
    }
}
