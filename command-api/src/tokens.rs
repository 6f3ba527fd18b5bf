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
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;
use uuid::Uuid;

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
#[derive(Clone)]
pub struct Tokens {
    signing: SigningKeys,
    refresh: RefreshTokens,
}

impl Tokens {
    /// Mints with these keys; refresh tokens by a key derived from the secret that seals them.
    #[must_use]
    pub fn new(signing: SigningKeys, secret: &[u8; 32]) -> Self {
        Self { signing, refresh: RefreshTokens::new(secret) }
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
        Ok(TokenPair { token, refresh_token: self.refresh.mint(session, generation) })
    }

    /// What a refresh token says: its session and generation. None when it was not made here.
    #[must_use]
    pub fn verify_refresh(&self, token: &str) -> Option<(SessionId, u32)> {
        self.refresh.verify(token)
    }
}

/// A refresh token says the session's id and the generation of the rotation. Whether it is good is told by the session's
/// stream.
#[derive(Clone)]
struct RefreshTokens(MacTokens);

impl RefreshTokens {
    fn new(secret: &[u8; 32]) -> Self {
        Self(MacTokens::new(secret, b"refresh tokens"))
    }

    fn verify(&self, token: &str) -> Option<(SessionId, u32)> {
        let said: [u8; 20] = self.0.verify(token)?;
        let (id, generation) = said.split_first_chunk::<16>()?;
        Some((SessionId::new(Uuid::from_bytes(*id)), u32::from_be_bytes(generation.try_into().ok()?)))
    }

    fn mint(&self, session: SessionId, generation: u32) -> String {
        self.0.mint(&[session.uuid().as_bytes(), &generation.to_be_bytes()])
    }
}

/// Tokens that nobody else can make: some bytes and a MAC over them, in base64url (RFC 4648 §5). What they say anybody
/// can read; the same always makes the same token.
#[derive(Clone)]
pub(crate) struct MacTokens(Arc<SecretBox<[u8; 32]>>);

impl MacTokens {
    /// Tokens by a key of their own, which the secret and their name make.
    pub(crate) fn new(secret: &[u8; 32], name: &[u8]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(mac(secret, &[name])))))
    }

    /// The token that says this: parts of fixed length.
    pub(crate) fn mint(&self, parts: &[&[u8]]) -> String {
        let tag = mac(self.0.expose_secret(), parts);
        URL_SAFE_NO_PAD.encode([parts.concat().as_slice(), &tag].concat())
    }

    /// What a token says; none when it was not made here, or says more or less.
    pub(crate) fn verify<const N: usize>(&self, token: &str) -> Option<[u8; N]> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (said, tag) = bytes.split_first_chunk::<N>()?;
        let expected = mac(self.0.expose_secret(), &[said]);
        bool::from(expected.ct_eq(tag)).then_some(*said)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(seed: u8) -> RefreshTokens {
        RefreshTokens::new(&[seed; 32])
    }

    #[test]
    fn a_refresh_token_says_what_it_was_made_of() {
        let session = SessionId::new(Uuid::now_v7());
        let token = tokens(1).mint(session, 7);
        assert_eq!(tokens(1).verify(&token), Some((session, 7)));
    }

    #[test]
    fn nothing_else_is_one() {
        let token = tokens(1).mint(SessionId::new(Uuid::now_v7()), 7);
        assert_eq!(tokens(2).verify(&token), None);
        // The last character has bits that belong to no byte: another one there is no token either.
        for at in 0..token.len() {
            let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &token[..at], &token[at + 1..]);
            assert_eq!(tokens(1).verify(&changed), None, "character {at}");
        }
        for text in ["", "A", "é", &token[..24], &format!("{token}AAAA"), &format!("{token}=")] {
            assert_eq!(tokens(1).verify(text), None, "{text}");
        }
    }
}
