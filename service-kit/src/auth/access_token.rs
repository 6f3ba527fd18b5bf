//! Access tokens: JSON Web Tokens (RFC 7519) signed with Ed25519.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys::VerifyingKeys;

/// The `typ` of access tokens; no other kind of token passes for one.
const ACCESS: &str = "access";

/// Longer texts are no tokens of ours, and not worth the decoding.
const MAX_TOKEN_BYTES: usize = 4_096;

/// Length of a key's name: a SHA-256 thumbprint in base64url.
const THUMBPRINT_CHARS: usize = 43;

/// Who a token was made for. Every claim is required, with exactly this JSON type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who made it.
    pub iss: String,
    /// Who it is for.
    pub aud: String,
    /// The subject.
    pub sub: Uuid,
    /// The session.
    pub sid: Uuid,
    /// The role at the time of making; informs, and decides nothing.
    pub role: String,
    /// When it was made, in seconds since 1970.
    pub iat: u64,
    /// When it ends, in seconds since 1970; at that second it is over.
    pub exp: u64,
    /// The token's own id.
    pub jti: Uuid,
    /// `access`.
    pub typ: String,
}

/// A token that is worth nothing. Why is not told: to the caller it makes no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid token")]
pub struct InvalidToken;

/// Makes the claims of tokens and verifies them.
#[derive(Clone, Debug)]
pub struct AccessTokens {
    issuer: String,
    audience: String,
    keys: VerifyingKeys,
    validation: Validation,
}

impl AccessTokens {
    /// Tokens of this issuer for this audience, verified with `keys`.
    #[must_use]
    pub fn new(issuer: &str, audience: &str, keys: VerifyingKeys) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library would read the system's clock; ours may be shifted.
        validation.validate_exp = false;
        validation.leeway = 0;
        Self { issuer: issuer.to_owned(), audience: audience.to_owned(), keys, validation }
    }

    /// The keys that tokens are verified with.
    #[must_use]
    pub fn keys(&self) -> &VerifyingKeys {
        &self.keys
    }

    /// Claims of a new token that lives from `now` for `life`.
    #[must_use]
    pub fn claims(&self, sub: Uuid, sid: Uuid, role: &str, now: DateTime<Utc>, life: TimeDelta) -> AccessClaims {
        AccessClaims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub,
            sid,
            role: role.to_owned(),
            iat: seconds(now),
            exp: seconds(now + life),
            jti: Uuid::now_v7(),
            typ: ACCESS.to_owned(),
        }
    }

    /// The claims of a token that is ours, whole and not over at `now`. The algorithm is fixed, the key is chosen by
    /// `kid` among ours, and keys that the header brings along are not looked at.
    ///
    /// # Errors
    /// [`InvalidToken`] in every other case.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, InvalidToken> {
        let key = kid(token).and_then(|kid| self.keys.find(&kid)).ok_or(InvalidToken)?;
        let claims = jsonwebtoken::decode::<AccessClaims>(token, &key.decoding(), &self.validation)
            .map_err(|_| InvalidToken)?
            .claims;
        let ours = claims.iss == self.issuer && claims.aud == self.audience && claims.typ == ACCESS;
        if ours && claims.exp > seconds(now) { Ok(claims) } else { Err(InvalidToken) }
    }

    /// Whether a token names a key that is not among ours, or not yet; that it is good is not said.
    #[must_use]
    pub fn names_unknown_key(&self, token: &str) -> bool {
        kid(token).is_some_and(|kid| kid.len() == THUMBPRINT_CHARS && self.keys.find(&kid).is_none())
    }
}

/// The name of the key that a token of ours would be verified with.
fn kid(token: &str) -> Option<String> {
    if token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let header = jsonwebtoken::decode_header(token).ok()?;
    // `crit`: an extension that must be understood, and isn't (RFC 7515 §4.1.11).
    header.kid.filter(|_| header.alg == Algorithm::EdDSA && header.crit.is_none())
}

fn seconds(time: DateTime<Utc>) -> u64 {
    u64::try_from(time.timestamp()).unwrap_or_default()
}
