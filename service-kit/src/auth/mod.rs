//! Access tokens: signed by one kind of process, verified by all.
//!
//! A valid token says who it was made for. Whether that session and subject are still alive is for the caller to ask.

mod access_token;
mod bearer;
mod keys;
#[cfg(test)]
mod tests;

pub use access_token::{AccessClaims, AccessTokens, InvalidToken};
pub use bearer::bearer;
pub use keys::{InvalidKey, JWKS_MAX_AGE, SigningKey, VerifyingKey, VerifyingKeys};
