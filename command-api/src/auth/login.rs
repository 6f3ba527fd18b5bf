//! POST /auth/login: somebody signs in on a device.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::session::FIRST_GENERATION;
use domain::user::{Account, RehashPassword, UserStatus};
use domain::values::{Email, PasswordHash};
use domain::{EmailClaim, User};
use events::{Fold, Role, SessionId, StreamId, Timestamp, UserId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody};
use utoipa::ToSchema;
use uuid::Uuid;

use super::register::SignedIn;
use super::start_session;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, Unrecorded, UseCase};
use crate::fields::{parsed, typed_password};
use crate::limits::Limiter;
use crate::passwords::Passwords;
use crate::tokens::{EmailNames, Tokens};
use crate::views::signed_in_view;

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Address of the account.
    #[schema(nullable = false, required = true)]
    email: Option<String>,
    /// Password of the account.
    #[schema(nullable = false, required = true)]
    password: Option<String>,
}

impl Login {
    fn parse(self) -> Result<(Email, String), ApiError> {
        let mut fields = Fields::new();
        let email = fields.required_text("email", self.email, |text| parsed(Email::parse(text)));
        let password = fields.required("password", self.password, typed_password);
        fields.build(|| Some((email?, password?)))
    }
}

/// Signs a person in.
#[utoipa::path(
    post, path = "/auth/login", tag = "auth", request_body = Login,
    responses(
        (status = 200, body = DataBody<SignedIn>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, user_suspended", body = ErrorBody),
        (status = 401, description = "invalid_credentials", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 429, description = "rate_limited", body = ErrorBody, headers(
            ("Retry-After" = u64, description = "seconds until the next attempt may pass"),
        )),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn login(
    State(commands): State<Commands>,
    State(passwords): State<Passwords>,
    State(emails): State<EmailNames>,
    State(tokens): State<Tokens>,
    State(limiter): State<Limiter>,
    context: CommandContext,
    JsonBody(body): JsonBody<Login>,
) -> Result<Response, Refusal> {
    let (email, password) = body.parse()?;
    let ip = context.client_ip();
    limiter.login(ip).await?;
    let claim = emails.name(email.as_str());
    let holder = commands.log().load::<EmailClaim>(&claim).await?.state.held_by;
    let guess = limiter.guess(&claim, holder, ip).await?;
    let proved = prove(&commands, &passwords, holder, password).await;
    if !proved.as_ref().is_err_and(is_wrong_password) {
        limiter.not_wrong(guess).await;
    }
    let Proved { account, stronger } = proved?;
    let origin = context.origin(None);
    let session_id = SessionId::new(Uuid::now_v7());
    let use_case = SignIn { account: &account, stronger, session_id };
    let done = commands.run(&origin, &use_case).await?;
    let Entered { user_id, session_id, role } = done.outcome;
    let view = signed_in_view(commands.log(), user_id, session_id, done.pending);
    let (user, ()) = tokio::join!(view, limiter.remember(user_id, ip));
    let pair = tokens.mint(user_id, role, session_id, FIRST_GENERATION, commands.clock().now())?;
    let answer = SignedIn { user: user?, token: pair.token, refresh_token: pair.refresh_token };
    let mut response = done.answer(answer).into_response();
    response.extensions_mut().insert(Unrecorded);
    Ok(response)
}

/// Somebody whose password was right.
struct Proved {
    account: Account,
    /// The hash that takes the place of a weaker one.
    stronger: Option<PasswordHash>,
}

/// Whose account it is. An unknown address and a wrong password get the same answer after the same time.
async fn prove(
    commands: &Commands,
    passwords: &Passwords,
    holder: Option<UserId>,
    password: String,
) -> Result<Proved, Refusal> {
    let account = match holder {
        Some(user) => commands.log().load::<User>(user).await?.state.account.clone(),
        None => None,
    };
    let hash = account.as_ref().and_then(|account| account.password_hash.value().cloned());
    let proved = passwords.verify(hash.clone(), password.clone()).await?;
    match account {
        Some(account) if proved && account.status == UserStatus::Suspended => {
            Err(ApiError::bad_request("user_suspended").into())
        }
        Some(account) if proved => {
            let stronger = match &hash {
                Some(hash) => passwords.strengthen(hash, password).await,
                None => None,
            };
            Ok(Proved { account, stronger })
        }
        _ => Err(invalid_credentials().into()),
    }
}

const fn invalid_credentials() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "invalid_credentials")
}

/// Whether somebody has guessed wrong; everything else that may go wrong is no guess.
fn is_wrong_password(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Api(error) if error.status() == StatusCode::UNAUTHORIZED)
}

struct SignIn<'a> {
    /// As it was when its password was proved.
    account: &'a Account,
    stronger: Option<PasswordHash>,
    session_id: SessionId,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Entered {
    user_id: UserId,
    session_id: SessionId,
    role: Role,
}

impl UseCase for SignIn<'_> {
    type Outcome = Entered;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<Entered, Refusal> {
        let user_id = self.account.user_id;
        let mut user = work.load::<User>(user_id).await?;
        // Since the password was proved it may have become another one, and its owner have been erased or suspended.
        let now_is = user.state().present().ok_or_else(invalid_credentials)?;
        let (role, status, generation) = (now_is.role, now_is.status, now_is.password_generation);
        if generation != self.account.password_generation {
            return Err(invalid_credentials().into());
        }
        if status != UserStatus::Active {
            return Err(ApiError::bad_request("user_suspended").into());
        }
        if let Some(password_hash) = self.stronger.clone() {
            user.decide(RehashPassword { password_hash, password_generation: generation }).await?;
        }
        work.put(user);
        start_session(work, self.session_id, (user_id, generation), now).await?;
        Ok(Entered { user_id, session_id: self.session_id, role })
    }

    fn subject(&self) -> Option<UserId> {
        Some(self.account.user_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(User::stream(self.account.user_id))
    }
}
