//! The tokens that a sign-in hands out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use events::{Role, SessionId, UserId};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox};
use serde::Serialize;
use service_kit::http::ApiError;
use sha2::Sha256;
use std::sync::Arc;
use utoipa::ToSchema;

use crate::signing_keys::SigningKeys;

/// Life of an access token.
pub const ACCESS_LIFE: TimeDelta = TimeDelta::hours(24);
/// Life of a refresh token, and so of a session that is not used.
pub const REFRESH_LIFE: TimeDelta = TimeDelta::days(7);

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
pub struct TokenPair {
    /// Access token: a JSON Web Token, 24 h.
    pub token: String,
    /// Refresh token, 7 days.
    pub refresh_token: String,
}

/// Mints tokens. Access tokens are signed, so that others can verify and not mint them.
///
/// A refresh token is the session's id, the generation of the rotation, and a MAC over both: it says nothing, and
/// whether it is good is told by the session's stream.
#[derive(Clone)]
pub struct Tokens {
    signing: SigningKeys,
    refresh: Arc<SecretBox<[u8; 32]>>,
}

impl Tokens {
    /// Mints with these keys; the MAC's key is derived from the secret that seals them.
    #[must_use]
    pub fn new(signing: SigningKeys, secret: &[u8; 32]) -> Self {
        let key = mac(secret, &[b"refresh tokens"]);
        Self { signing, refresh: Arc::new(SecretBox::new(Box::new(key))) }
    }

    /// The tokens of a session.
    ///
    /// # Errors
    /// 500 when there is no key, or it does not sign.
    pub fn mint(
        &self,
        user: UserId,
        role: Role,
        session: SessionId,
        generation: u32,
        now: DateTime<Utc>,
    ) -> Result<TokenPair, ApiError> {
        let access = self.signing.public().tokens();
        let claims = access.claims(user.uuid(), session.uuid(), role.as_str(), now, ACCESS_LIFE);
        let key = self.signing.current(now).ok_or_else(|| ApiError::internal("no key to sign with"))?;
        let token = key.sign(&claims).map_err(ApiError::internal)?;
        Ok(TokenPair { token, refresh_token: self.refresh_token(session, generation) })
    }

    fn refresh_token(&self, session: SessionId, generation: u32) -> String {
        let id = session.uuid();
        let generation = generation.to_be_bytes();
        let mac = mac(self.refresh.expose_secret(), &[id.as_bytes(), &generation]);
        URL_SAFE_NO_PAD.encode([&id.as_bytes()[..], &generation, &mac].concat())
    }
}

/// HMAC-SHA-256 (RFC 2104) over parts of fixed length; the last may have any.
pub(crate) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length: the fallback is never reached.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The same in hexadecimal.
pub(crate) fn hex_mac(key: &[u8; 32], parts: &[&[u8]]) -> String {
    mac(key, parts).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Names the claim of an email address: a HMAC, so that the log names no address.
#[derive(Clone)]
pub struct EmailNames(Arc<SecretBox<[u8; 32]>>);

impl EmailNames {
    /// Names by this key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(*key))))
    }

    /// The id of the claim's stream, in hexadecimal.
    #[must_use]
    pub fn name(&self, email: &str) -> String {
        hex_mac(self.0.expose_secret(), &[email.as_bytes()])
    }
}
