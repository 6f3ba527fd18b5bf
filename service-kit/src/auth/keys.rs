//! Ed25519 keys for tokens (RFC 8037), named by their thumbprints (RFC 7638).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Serialize;
use serde_json::{Value, json};

use super::access_token::AccessClaims;

/// PKCS #8 header of an Ed25519 private key (RFC 8410 §7); the 32 bytes of the seed follow.
const PKCS8_PREFIX: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// How long others may keep the JWKS document. Whoever rotates announces a key earlier than this before its first use.
pub const JWKS_MAX_AGE: Duration = Duration::from_secs(20);

/// Bytes that are no Ed25519 key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 key")]
pub struct InvalidKey;

/// The private key that tokens are signed with.
#[derive(Clone)]
pub struct SigningKey {
    key: EncodingKey,
    public: VerifyingKey,
}

impl SigningKey {
    /// The key of a 32-byte seed.
    ///
    /// # Errors
    /// [`InvalidKey`] when the cryptography refuses it.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, InvalidKey> {
        let key = EncodingKey::from_ed_der(&[&PKCS8_PREFIX[..], seed].concat());
        let jwk = Jwk::from_encoding_key(&key, Algorithm::EdDSA).map_err(|_| InvalidKey)?;
        let jsonwebtoken::jwk::AlgorithmParameters::OctetKeyPair(parameters) = &jwk.algorithm else {
            return Err(InvalidKey);
        };
        let public = VerifyingKey::from_x(&parameters.x)?;
        Ok(Self { key, public })
    }

    /// The public half.
    #[must_use]
    pub fn verifying(&self) -> VerifyingKey {
        self.public.clone()
    }

    /// The token for these claims.
    ///
    /// # Errors
    /// [`InvalidKey`] when the cryptography refuses to sign.
    pub fn sign(&self, claims: &AccessClaims) -> Result<String, InvalidKey> {
        self.sign_any(claims)
    }

    pub(super) fn sign_any(&self, claims: &impl Serialize) -> Result<String, InvalidKey> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.public.kid.to_string());
        jsonwebtoken::encode(&header, claims, &self.key).map_err(|_| InvalidKey)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.public.kid).finish_non_exhaustive()
    }
}

/// A public key that tokens are verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    kid: Arc<str>,
    bytes: [u8; 32],
}

impl VerifyingKey {
    /// The key of its 32 bytes (RFC 8032 §5.1.5).
    ///
    /// # Errors
    /// [`InvalidKey`] when no thumbprint can be made of it.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, InvalidKey> {
        let jwk: Jwk =
            serde_json::from_value(json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(bytes)}))
                .map_err(|_| InvalidKey)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| InvalidKey)?;
        Ok(Self { kid: kid.into(), bytes: *bytes })
    }

    /// The key's name in token headers: its SHA-256 thumbprint.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key of its text in a JWK: `x`, base64url (RFC 8037 §2).
    ///
    /// # Errors
    /// [`InvalidKey`] when it is no 32 bytes.
    pub fn from_x(x: &str) -> Result<Self, InvalidKey> {
        let bytes = URL_SAFE_NO_PAD.decode(x).map_err(|_| InvalidKey)?;
        Self::from_bytes(&bytes.try_into().map_err(|_| InvalidKey)?)
    }

    /// The key's text in a JWK.
    #[must_use]
    pub fn x(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    pub(super) fn decoding(&self) -> DecodingKey {
        DecodingKey::from_ed_der(&self.bytes)
    }
}

/// The public keys that count now, by `kid`. Clones share them; [`VerifyingKeys::replace`] swaps all at once.
#[derive(Clone, Debug, Default)]
pub struct VerifyingKeys {
    keys: Arc<RwLock<HashMap<Arc<str>, VerifyingKey>>>,
}

impl VerifyingKeys {
    /// These keys.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>) -> Self {
        let all = Self::default();
        all.replace(keys);
        all
    }

    /// From now on these keys count, and no others: tokens of a key left out are invalid at once.
    pub fn replace(&self, keys: impl IntoIterator<Item = VerifyingKey>) {
        let keys = keys.into_iter().map(|key| (Arc::clone(&key.kid), key)).collect();
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// Whether no key counts: nothing can be verified yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    pub(super) fn find(&self, kid: &str) -> Option<VerifyingKey> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(kid).cloned()
    }

    /// The JWKS document (RFC 7517 §5, RFC 8037 §2), sorted by `kid`.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let mut keys: Vec<VerifyingKey> =
            self.keys.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        keys.sort_by(|a, b| a.kid.cmp(&b.kid));
        let keys: Vec<Value> = keys
            .iter()
            .map(|key| {
                json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": &*key.kid, "x": key.x()})
            })
            .collect();
        json!({"keys": keys})
    }

    /// `GET /.well-known/jwks.json`, at the root. The document is bare, as clients of JWKS expect it, and may be cached
    /// for [`JWKS_MAX_AGE`].
    pub fn router(&self) -> axum::Router {
        let keys = self.clone();
        let caching = format!("public, max-age={}", JWKS_MAX_AGE.as_secs());
        let document = move || async move { ([(http::header::CACHE_CONTROL, caching)], axum::Json(keys.jwks())) };
        axum::Router::new().route("/.well-known/jwks.json", axum::routing::get(document))
    }
}
