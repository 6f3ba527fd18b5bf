//! The hash chain: any edit, removal or reordering of the log shows.

use events::StoredEvent;
use sha2::{Digest, Sha256};

use crate::LogError;

/// What stands as the hash before the first event: 64 zeros.
pub const GENESIS_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of an event: SHA-256 over the bytes of `prev_hash`'s text, followed by the RFC 8785 canonical JSON of the
/// event as it is stored, without its `hash`. Lower-case hexadecimal.
///
/// Personal data is hashed as ciphertext, so that the chain outlives the keys.
///
/// # Errors
/// [`LogError::Corrupt`] when the event has no canonical form, which no event of this product lacks.
pub fn chain_hash(event: &StoredEvent) -> Result<String, LogError> {
    let broken = |error: &dyn std::fmt::Display| LogError::Corrupt(format!("no canonical JSON: {error}"));
    let mut json = serde_json::to_value(event).map_err(|error| broken(&error))?;
    if let Some(fields) = json.as_object_mut() {
        fields.remove("hash");
    }
    let canonical = serde_json_canonicalizer::to_vec(&json).map_err(|error| broken(&error))?;
    let mut hasher = Sha256::new();
    hasher.update(event.prev_hash.as_bytes());
    hasher.update(&canonical);
    Ok(hex::encode(hasher.finalize()))
}
