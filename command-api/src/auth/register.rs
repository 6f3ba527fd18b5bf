//! POST /auth/register: somebody opens an account and is signed in.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::email_claim::ClaimEmail;
use domain::session::FIRST_GENERATION;
use domain::user::RegisterUser;
use domain::values::{Email, Password, PersonName, word};
use domain::{EmailClaim, User};
use events::{Fold, Language, Role, SessionId, StreamId, Timestamp, UserId};
use read_models::views::UserView;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody};
use utoipa::ToSchema;
use uuid::Uuid;

use super::start_session;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, Unrecorded, UseCase};
use crate::fields::parsed;
use crate::limits::Limiter;
use crate::passwords::Passwords;
use crate::tokens::{EmailNames, Tokens};
use crate::views::signed_in_view;

/// What a newcomer sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Valid, at most 254 characters, not taken.
    #[schema(nullable = false, required = true)]
    email: Option<String>,
    /// 8 to 128 characters, with an upper-case letter and a digit.
    #[schema(nullable = false, required = true)]
    password: Option<String>,
    /// 1 to 100 characters.
    #[schema(nullable = false, required = true)]
    first_name: Option<String>,
    /// 1 to 100 characters.
    #[schema(nullable = false, required = true)]
    last_name: Option<String>,
    /// `fr` (default) or `en`.
    language: Option<String>,
}

struct Newcomer {
    email: Email,
    password: Password,
    first_name: PersonName,
    last_name: PersonName,
    language: Language,
}

impl Register {
    fn parse(self) -> Result<Newcomer, ApiError> {
        let mut fields = Fields::new();
        let email = fields.required_text("email", self.email, |text| parsed(Email::parse(text)));
        // A password is taken as it is, blanks and all.
        let password = fields.required("password", self.password, |text| parsed(Password::parse(text)));
        let first_name = fields.required_text("first_name", self.first_name, |text| parsed(PersonName::parse(text)));
        let last_name = fields.required_text("last_name", self.last_name, |text| parsed(PersonName::parse(text)));
        let language = fields.optional_text("language", self.language, |text| parsed(word(text, Language::from_word)));
        fields.build(|| {
            Some(Newcomer {
                email: email?,
                password: password?,
                first_name: first_name?,
                last_name: last_name?,
                language: language.unwrap_or(Language::Fr),
            })
        })
    }
}

/// The answer to who has signed in.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    /// The account.
    pub user: UserView,
    /// Access token.
    pub token: String,
    /// Refresh token.
    pub refresh_token: String,
}

/// Registers a person and signs them in.
#[utoipa::path(
    post, path = "/auth/register", tag = "auth", request_body = Register,
    responses(
        (status = 201, body = DataBody<SignedIn>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, weak_password, email_exists", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 429, description = "rate_limited", body = ErrorBody, headers(
            ("Retry-After" = u64, description = "seconds until the next attempt may pass"),
        )),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn register(
    State(commands): State<Commands>,
    State(passwords): State<Passwords>,
    State(emails): State<EmailNames>,
    State(tokens): State<Tokens>,
    State(limiter): State<Limiter>,
    context: CommandContext,
    JsonBody(body): JsonBody<Register>,
) -> Result<Response, Refusal> {
    let newcomer = body.parse()?;
    limiter.registration(context.client_ip()).await?;
    let origin = context.origin(None);
    let email = newcomer.email.clone();
    let claim = emails.name(email.as_str());
    let command = RegisterUser {
        user_id: UserId::new(Uuid::now_v7()),
        email: newcomer.email,
        first_name: newcomer.first_name,
        last_name: newcomer.last_name,
        language: newcomer.language,
        password_hash: passwords.hash(newcomer.password).await?,
    };
    let use_case = RegisterAndSignIn { command, claim, session_id: SessionId::new(Uuid::now_v7()) };
    let done = commands.run(&origin, &use_case).await?;
    let Registered { user_id, session_id } = done.outcome;
    let now = commands.clock().now();
    let view = signed_in_view(commands.log(), user_id, session_id, done.pending);
    let (user, ()) = tokio::join!(view, limiter.remember(user_id, context.client_ip()));
    let pair = tokens.mint(user_id, Role::Learner, session_id, FIRST_GENERATION, now)?;
    let answer = SignedIn { user: user?, token: pair.token, refresh_token: pair.refresh_token };
    let mut response = done.answer(answer).created().into_response();
    response.extensions_mut().insert(Unrecorded);
    Ok(response)
}

struct RegisterAndSignIn {
    command: RegisterUser,
    claim: String,
    session_id: SessionId,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Registered {
    user_id: UserId,
    session_id: SessionId,
}

impl UseCase for RegisterAndSignIn {
    type Outcome = Registered;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<Registered, Refusal> {
        let user_id = self.command.user_id;
        let mut claim = work.load::<EmailClaim>(&self.claim).await?;
        claim.decide(ClaimEmail { user_id }).await?;
        work.put(claim);
        let mut user = work.load::<User>(user_id).await?;
        user.decide(self.command.clone()).await?;
        let generation = user.state().present().map_or(0, |account| account.password_generation);
        work.put(user);
        start_session(work, self.session_id, (user_id, generation), now).await?;
        work.create_key(user_id);
        Ok(Registered { user_id, session_id: self.session_id })
    }

    fn subject(&self) -> Option<UserId> {
        Some(self.command.user_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(User::stream(self.command.user_id))
    }
}
