//! POST /auth/change-password: somebody who is signed in chooses another password.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::User;
use domain::user::ChangePassword;
use domain::values::{Password, PasswordHash};
use events::{Fold, SessionId, StreamId, Timestamp, UserId};
use serde::Deserialize;
use service_kit::http::{ApiError, ErrorBody, Fields, JsonBody, MessageBody};
use utoipa::ToSchema;

use super::own_password::{prove, still_proved};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::fields::{parsed, typed_password};
use crate::passwords::Passwords;

/// The password there is, and the one to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// Password of the account.
    #[schema(nullable = false, required = true)]
    old_password: Option<String>,
    /// 8 to 128 characters, with an upper-case letter and a digit.
    #[schema(nullable = false, required = true)]
    new_password: Option<String>,
}

impl PasswordChange {
    fn parse(self) -> Result<(String, Password), ApiError> {
        let mut fields = Fields::new();
        let old = fields.required("old_password", self.old_password, typed_password);
        let new = fields.required("new_password", self.new_password, |text| parsed(Password::parse(text)));
        fields.build(|| Some((old?, new?)))
    }
}

/// Changes the caller's password. Their other sessions die.
#[utoipa::path(
    post, path = "/auth/change-password", tag = "auth", request_body = PasswordChange, security(("bearer" = [])),
    responses(
        (status = 200, body = MessageBody),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, weak_password", body = ErrorBody),
        (status = 401, description = "unauthorized, wrong_password", body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn change_password(
    State(commands): State<Commands>,
    State(passwords): State<Passwords>,
    caller: Caller,
    context: CommandContext,
    JsonBody(body): JsonBody<PasswordChange>,
) -> Result<Response, Refusal> {
    let (old, new) = body.parse()?;
    let origin = context.origin(Some(&caller));
    // What has been carried out was proved then; the old password is another one by now.
    let proved =
        if origin.is_repeated() { None } else { Some(prove(commands.log(), &passwords, caller.user_id, old).await?) };
    let password_hash = passwords.hash(new).await?;
    let use_case = ChangeOwnPassword { user_id: caller.user_id, session_id: caller.session_id, proved, password_hash };
    let done = commands.run(&origin, &use_case).await?;
    Ok(done.message(context.text("password_changed")).into_response())
}

struct ChangeOwnPassword {
    user_id: UserId,
    session_id: SessionId,
    /// Generation of the password that was proved; none for a repetition, which decides nothing.
    proved: Option<u32>,
    password_hash: PasswordHash,
}

impl UseCase for ChangeOwnPassword {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<(), Refusal> {
        let mut user = work.load::<User>(self.user_id).await?;
        still_proved(user.state(), self.proved)?;
        let (password_hash, session_id) = (self.password_hash.clone(), self.session_id);
        user.decide(ChangePassword { password_hash, session_id }).await?;
        work.put(user);
        Ok(())
    }

    fn names(&self) -> Option<StreamId> {
        Some(User::stream(self.user_id))
    }
}
