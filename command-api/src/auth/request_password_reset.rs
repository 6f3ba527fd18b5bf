//! POST /auth/request-password-reset: somebody asks for a link to set another password.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use domain::user::RequestPasswordReset;
use domain::values::Email;
use domain::{EmailClaim, User};
use events::{Fold, StreamId, Timestamp, UserId};
use serde::Deserialize;
use service_kit::http::{ApiError, ErrorBody, Fields, JsonBody, MessageBody, Success};
use tokio::time::{Instant, sleep_until};
use utoipa::ToSchema;

use crate::Refusal;
use crate::commands::{CommandContext, Commands, Done, Origin, UnitOfWork, UseCase};
use crate::fields::parsed;
use crate::limits::Limiter;
use crate::tokens::EmailNames;

/// Life of a link.
const LINK_LIFE: TimeDelta = TimeDelta::hours(1);
/// How long every answer takes at least where accounts are concealed: more than it takes to write that a known
/// address has asked.
const CONCEALED_TIME: Duration = Duration::from_millis(500);

/// Whether known and unknown addresses get the same answer (`HAR_CONCEAL_ACCOUNTS`).
#[derive(Clone, Copy, Debug)]
pub struct ConcealAccounts(pub bool);

/// Who has forgotten their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordResetRequest {
    /// Address of the account.
    #[schema(nullable = false, required = true)]
    email: Option<String>,
}

impl PasswordResetRequest {
    fn parse(self) -> Result<Email, ApiError> {
        let mut fields = Fields::new();
        let email = fields.required_text("email", self.email, |text| parsed(Email::parse(text)));
        fields.build(|| email)
    }
}

/// Has a link mailed, which lives an hour and works once.
///
/// Where accounts are concealed, the answer is the same for every address, and without `X-Position` and `ETag`, which
/// would tell.
#[utoipa::path(
    post, path = "/auth/request-password-reset", tag = "auth", request_body = PasswordResetRequest,
    responses(
        (status = 200, body = MessageBody),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, email_not_found", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 429, description = "rate_limited", body = ErrorBody, headers(("Retry-After" = u64, description = "seconds until the next is taken"))),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn request_password_reset(
    State(commands): State<Commands>,
    State(emails): State<EmailNames>,
    State(limiter): State<Limiter>,
    State(ConcealAccounts(conceals)): State<ConcealAccounts>,
    context: CommandContext,
    JsonBody(body): JsonBody<PasswordResetRequest>,
) -> Result<Response, Refusal> {
    let claim = emails.name(body.parse()?.as_str());
    // Before anybody is looked up: its refusal must not tell who has an account.
    limiter.mail(&claim).await?;
    let begun = Instant::now();
    let origin = context.origin(None);
    if !conceals {
        let done = request(&commands, &claim, &origin).await?.ok_or_else(email_not_found)?;
        return Ok(done.message(context.text("password_reset_requested")).into_response());
    }
    // Not to wait for the read side: for an unknown address there is nothing to wait for.
    request(&commands, &claim, &origin.not_to_wait()).await?;
    sleep_until(begun + CONCEALED_TIME).await;
    Ok(Success::message(context.text("password_reset_requested_perhaps")).into_response())
}

/// None when nobody has the address.
async fn request(commands: &Commands, claim: &str, origin: &Origin) -> Result<Option<Done<()>>, Refusal> {
    let Some(user_id) = commands.log().load::<EmailClaim>(claim).await?.state.held_by else { return Ok(None) };
    commands.run(origin, &AskForLink { user_id }).await.map(Some)
}

const fn email_not_found() -> ApiError {
    ApiError::bad_request("email_not_found")
}

struct AskForLink {
    user_id: UserId,
}

impl UseCase for AskForLink {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), Refusal> {
        let mut user = work.load::<User>(self.user_id).await?;
        user.decide(RequestPasswordReset { expires_at: Timestamp::new(now.utc() + LINK_LIFE) }).await?;
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
