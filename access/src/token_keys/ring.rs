//! The keys that verify now, as a process knows them.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bson::DateTime;
use chrono::Utc;
use event_log::LogError;
use service_kit::auth::{AccessClaims, AccessTokens, VerifyingKeys};
use service_kit::clock::Clock;
use service_kit::http::ApiError;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{TokenKey, TokenKeyStore};
use crate::log_failure;

/// The `iss` of every token.
const ISSUER: &str = "har-academy";
/// The `aud` of every token.
const AUDIENCE: &str = "har-academy-api";

/// How often the store is looked at. A new key is announced several times longer before it signs.
const PERIOD: Duration = Duration::from_secs(10);
/// How long after a look the next one for the sake of a token may come: whatever names strangers send, MongoDB is asked
/// no oftener.
const PAUSE: Duration = Duration::from_secs(1);

/// The keys that verify access tokens now, kept fresh from the store. Clones are one.
#[derive(Clone)]
pub struct TokenKeys(Arc<Inner>);

struct Inner {
    store: TokenKeyStore,
    clock: Clock,
    tokens: AccessTokens,
    known: RwLock<Arc<[TokenKey]>>,
    last_look: Mutex<Option<Look>>,
}

/// A look at the store.
struct Look {
    at: Instant,
    outcome: Result<(), LogError>,
}

impl TokenKeys {
    /// The keys that there are now; possibly none yet.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub async fn open(store: TokenKeyStore, clock: Clock) -> Result<Self, LogError> {
        let tokens = AccessTokens::new(ISSUER, AUDIENCE, VerifyingKeys::default());
        let (known, last_look) = (RwLock::new([].into()), Mutex::new(None));
        let keys = Self(Arc::new(Inner { store, clock, tokens, known, last_look }));
        keys.refresh().await?;
        Ok(keys)
    }

    /// Looks at the store every 10 s, and every second while there is no key at all, until stopped.
    pub async fn keep_fresh(self, stop: CancellationToken) {
        loop {
            let pause = if self.0.tokens.keys().is_empty() { PAUSE } else { PERIOD };
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
            // Those that are known go on counting: what they signed is no worse for it.
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "the token keys could not be refreshed");
            }
        }
    }

    /// Looks at the store now.
    ///
    /// # Errors
    /// [`LogError`]; the keys stay as they were.
    pub async fn refresh(&self) -> Result<(), LogError> {
        self.look(&mut self.0.last_look.lock().await).await
    }

    /// Where the keys are kept.
    #[must_use]
    pub fn store(&self) -> &TokenKeyStore {
        &self.0.store
    }

    /// The clock that decides which keys count.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The tokens that these keys are for: their claims, the JWKS document.
    #[must_use]
    pub fn tokens(&self) -> &AccessTokens {
        &self.0.tokens
    }

    /// The keys as last seen, the oldest first.
    #[must_use]
    pub fn known(&self) -> Arc<[TokenKey]> {
        Arc::clone(&self.0.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The claims of a token that is ours, whole and not over at `now`. When it names an unknown key, the store is
    /// looked at, once a second at most.
    ///
    /// # Errors
    /// 401; 503 when the store was to be looked at, and couldn't.
    pub async fn verify(&self, token: &str, now: chrono::DateTime<Utc>) -> Result<AccessClaims, ApiError> {
        if let Ok(claims) = self.0.tokens.verify(token, now) {
            return Ok(claims);
        }
        if !self.0.tokens.names_unknown_key(token) {
            return Err(ApiError::unauthorized());
        }
        self.look_for(token).await.map_err(|error| log_failure(&error))?;
        self.0.tokens.verify(token, now).map_err(|_| ApiError::unauthorized())
    }

    async fn look_for(&self, token: &str) -> Result<(), LogError> {
        // The first key of all has just been made, perhaps: its tokens must not fall between two looks.
        if self.0.tokens.keys().is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
        let mut last = self.0.last_look.lock().await;
        // While this one waited, another looked.
        if !self.0.tokens.names_unknown_key(token) {
            return Ok(());
        }
        match &*last {
            Some(look) if look.at.elapsed() < PAUSE => look.outcome.clone(),
            Some(_) | None => self.look(&mut last).await,
        }
    }

    async fn look(&self, last: &mut MutexGuard<'_, Option<Look>>) -> Result<(), LogError> {
        let at = Instant::now();
        // Noted before it is done: a caller who hangs up meanwhile buys nobody another look.
        **last = Some(Look { at, outcome: Ok(()) });
        let outcome = self.take(DateTime::from_chrono(self.0.clock.now())).await;
        **last = Some(Look { at, outcome: outcome.clone() });
        outcome
    }

    async fn take(&self, now: DateTime) -> Result<(), LogError> {
        let found = self.0.store.verifying_at(now).await?;
        let verifying = found.iter().map(TokenKey::verifying).collect::<Result<Vec<_>, _>>()?;
        *self.0.known.write().unwrap_or_else(PoisonError::into_inner) = found.into();
        self.0.tokens.keys().replace(verifying);
        Ok(())
    }
}
