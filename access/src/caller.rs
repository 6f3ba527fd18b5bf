//! Who is calling: the token's word, checked against the streams of its user and session.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use domain::session::{Session, SessionOwner};
use domain::subscription::Plans;
use domain::user::{Account, User, UserStatus};
use event_log::{EventLog, Loaded, LogError};
use events::{Role, SessionId, Timestamp, UserId};
use http::{HeaderMap, request::Parts};
use service_kit::auth::{AccessClaims, bearer};
use service_kit::clock::Clock;
use service_kit::http::ApiError;

use crate::{TokenKeys, log_failure};

/// Decides who is calling. Handlers take a [`Caller`] or a [`MaybeCaller`]; both are extracted through it.
#[derive(Clone)]
pub struct Access {
    log: EventLog,
    tokens: TokenKeys,
    clock: Clock,
    plans: Arc<Plans>,
}

/// Somebody who is signed in, active, and was so an instant ago.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub user_id: UserId,
    /// On which device.
    pub session_id: SessionId,
    /// What they may do now, whatever the token says.
    pub role: Role,
    /// When the token dies, in seconds since 1970.
    pub expires_at: u64,
}

impl Caller {
    /// Whether the caller runs the academy.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    /// Refuses everybody but admins.
    ///
    /// # Errors
    /// 403 `forbidden`.
    pub fn must_be_admin(&self) -> Result<(), ApiError> {
        if self.is_admin() { Ok(()) } else { Err(ApiError::forbidden()) }
    }
}

/// A caller on a route that is open to all: none without a token, or with one that is worth nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaybeCaller(pub Option<Caller>);

impl Access {
    /// Access by tokens of these keys over this log.
    #[must_use]
    pub fn new(log: EventLog, tokens: TokenKeys, clock: Clock) -> Self {
        Self { log, tokens, clock, plans: Arc::new(Plans::standard()) }
    }

    /// The same, with other plans than those that come with the product.
    #[must_use]
    pub fn with_plans(self, plans: Plans) -> Self {
        Self { plans: Arc::new(plans), ..self }
    }

    /// What may be subscribed to, and which courses that opens.
    #[must_use]
    pub const fn plans(&self) -> &Arc<Plans> {
        &self.plans
    }

    /// The log that it asks.
    pub(crate) const fn log(&self) -> &EventLog {
        &self.log
    }

    /// The clock that tokens and sessions are judged by.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Who sent a request with these headers.
    ///
    /// # Errors
    /// 401 without a token, or with one that is bad, expired, or of a session or user that is gone; 403
    /// `user_suspended`; 503 when the log can't be asked.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, ApiError> {
        let now = self.clock.now();
        let token = bearer(headers).ok_or_else(ApiError::unauthorized)?;
        let claims = self.tokens.verify(token, now).await?;
        let (user, session) = self.fresh(&claims).await.map_err(|error| log_failure(&error))?;
        let account = user.account.as_ref().ok_or_else(ApiError::unauthorized)?;
        let owner = SessionOwner::of(&user).ok_or_else(ApiError::unauthorized)?;
        if !session.is_live(&owner, Timestamp::new(now)) {
            return Err(ApiError::unauthorized());
        }
        caller(account, &claims)
    }

    /// The user and the session of a token, as the log has them now. One covered query when both are cached.
    async fn fresh(&self, claims: &AccessClaims) -> Result<(User, Session), LogError> {
        let cached = (self.log.cached::<User>(claims.sub), self.log.cached::<Session>(claims.sid));
        if let (Some(user), Some(session)) = &cached
            && !self.log.moved(&[(&user.stream, user.version), (&session.stream, session.version)]).await?
        {
            return Ok((User::clone(&user.state), Session::clone(&session.state)));
        }
        let (user, session): (Loaded<User>, Loaded<Session>) =
            tokio::try_join!(self.log.load(claims.sub), self.log.load(claims.sid))?;
        Ok((User::clone(&user.state), Session::clone(&session.state)))
    }
}

fn caller(account: &Account, claims: &AccessClaims) -> Result<Caller, ApiError> {
    match account.status {
        UserStatus::Active => Ok(Caller {
            user_id: account.user_id,
            session_id: SessionId::new(claims.sid),
            role: account.role,
            expires_at: claims.exp,
        }),
        UserStatus::Suspended => Err(ApiError::new(http::StatusCode::FORBIDDEN, "user_suspended")),
        UserStatus::Deleted => Err(ApiError::unauthorized()),
    }
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Access::from_ref(state).authenticate(&parts.headers).await
    }
}

impl<S> FromRequestParts<S> for MaybeCaller
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Access::from_ref(state).authenticate(&parts.headers).await {
            Ok(caller) => Ok(Self(Some(caller))),
            // A stale token must not shut anybody out of what is open to all.
            Err(error) if error.status().is_client_error() => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }
}
