//! The access tokens of this product, as a process verifies them.

use service_kit::auth::{AccessTokens, InvalidKey, SigningKey, VerifyingKey, VerifyingKeys};
use service_kit::settings::Secrets;

/// The `iss` of every token.
const ISSUER: &str = "har-academy";
/// The `aud` of every token.
const AUDIENCE: &str = "har-academy-api";

/// Tokens by the keys of the settings: the process's own signing key, where it has one, and the public keys of others.
///
/// # Errors
/// When a setting holds no Ed25519 key.
pub fn access_tokens(secrets: &Secrets) -> Result<AccessTokens, InvalidKey> {
    let own = secrets.token.as_ref().map(|seed| SigningKey::from_seed(seed.expose()).map(|key| key.verifying()));
    let others = secrets.token_public_keys.iter().map(VerifyingKey::from_bytes);
    let keys = own.into_iter().chain(others).collect::<Result<Vec<_>, _>>()?;
    Ok(AccessTokens::new(ISSUER, AUDIENCE, VerifyingKeys::new(keys)))
}
