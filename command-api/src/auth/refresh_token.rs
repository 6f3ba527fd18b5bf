//! POST /auth/refresh-token: a device exchanges its refresh token for new tokens.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::session::{Refresh, RefreshSession, SessionOwner};
use domain::user::UserStatus;
use domain::{Session, User};
use events::{Fold, Role, SessionId, StreamId, Timestamp, UserId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody};
use utoipa::ToSchema;

use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, Unrecorded, UseCase};
use crate::fields::typed_token;
use crate::tokens::{REFRESH_LIFE, TokenPair, Tokens};

/// The token to exchange.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshToken {
    /// The newest refresh token of the session.
    #[schema(nullable = false, required = true)]
    refresh_token: Option<String>,
}

impl RefreshToken {
    fn parse(self) -> Result<String, ApiError> {
        let mut fields = Fields::new();
        let token = fields.required_text("refresh_token", self.refresh_token, typed_token);
        fields.build(|| token)
    }
}

/// Exchanges a refresh token. The access token before stays good until it ends.
#[utoipa::path(
    post, path = "/auth/refresh-token", tag = "auth", request_body = RefreshToken,
    responses(
        (status = 200, body = DataBody<TokenPair>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, description = "invalid_refresh_token", body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn refresh_token(
    State(commands): State<Commands>,
    State(tokens): State<Tokens>,
    context: CommandContext,
    JsonBody(body): JsonBody<RefreshToken>,
) -> Result<Response, Refusal> {
    let token = body.parse()?;
    let (session_id, generation) = tokens.verify_refresh(&token).ok_or_else(invalid_refresh_token)?;
    let begun = commands.log().load::<Session>(session_id).await?;
    let user_id = begun.state.started.as_ref().ok_or_else(invalid_refresh_token)?.user_id;
    let use_case = ExchangeToken { session_id, user_id, generation };
    let done = commands.run(&context.origin(None), &use_case).await?;
    let Exchanged { user_id, session_id, role, generation } = done.outcome;
    let generation = generation.ok_or_else(invalid_refresh_token)?;
    let pair = tokens.mint(user_id, role, session_id, generation, commands.clock().now())?;
    let mut response = done.answer(pair).into_response();
    response.extensions_mut().insert(Unrecorded);
    Ok(response)
}

const fn invalid_refresh_token() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "invalid_refresh_token")
}

struct ExchangeToken {
    session_id: SessionId,
    user_id: UserId,
    /// Of the token that is presented.
    generation: u32,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Exchanged {
    user_id: UserId,
    session_id: SessionId,
    role: Role,
    /// Of the token that is handed out; none when the session has ended, since its token was used twice.
    generation: Option<u32>,
}

impl UseCase for ExchangeToken {
    type Outcome = Exchanged;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<Exchanged, Refusal> {
        let user = work.load::<User>(self.user_id).await?;
        let mut session = work.load::<Session>(self.session_id).await?;
        let account = user.state().present().ok_or_else(invalid_refresh_token)?;
        let owner = SessionOwner::of(user.state()).ok_or_else(invalid_refresh_token)?;
        let (role, status) = (account.role, account.status);
        let expires_at = Timestamp::new(now.utc() + REFRESH_LIFE);
        let command = RefreshSession { generation: self.generation, owner, now, expires_at };
        let outcome = session.state().refresh_outcome(&command)?;
        let generation = match outcome {
            Refresh::Rotated(generation) | Refresh::Retried(generation) => Some(generation),
            Refresh::Reused => None,
        };
        // A token in two hands ends the session of the suspended too.
        if generation.is_some() && status != UserStatus::Active {
            return Err(ApiError::new(StatusCode::FORBIDDEN, "user_suspended").into());
        }
        session.decide(command).await?;
        work.put(user);
        work.put(session);
        Ok(Exchanged { user_id: self.user_id, session_id: self.session_id, role, generation })
    }

    fn subject(&self) -> Option<UserId> {
        Some(self.user_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Session::stream(self.session_id))
    }
}
