//! A key as it is stored.

use bson::{DateTime, Document, doc};
use event_log::LogError;
use serde::{Deserialize, Serialize};
use service_kit::auth::VerifyingKey;

/// One generation of the keys that sign access tokens. Times are whole milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenKey {
    /// 1, 2, 3, …: of two processes that make the next one at once, one only succeeds.
    #[serde(rename = "_id")]
    pub generation: i64,
    /// Its name in token headers: the thumbprint of the public key (RFC 7638).
    pub kid: String,
    /// The public key: `x` of its JWK, base64url.
    pub public: String,
    /// The seed of the private key, sealed under the secret of those who sign.
    pub sealed: String,
    /// When it was made.
    pub created_at: DateTime,
    /// From when on tokens are signed with it: late enough for every process to know it.
    pub signs_from: DateTime,
    /// When its last token is over; none for the newest.
    pub verifies_until: Option<DateTime>,
}

impl TokenKey {
    /// The public key.
    ///
    /// # Errors
    /// [`LogError::Corrupt`] when it is none, or goes by another name.
    pub fn verifying(&self) -> Result<VerifyingKey, LogError> {
        let key = VerifyingKey::from_x(&self.public).ok().filter(|key| key.kid() == self.kid);
        key.ok_or_else(|| LogError::Corrupt(format!("token key {} is no key of that name", self.generation)))
    }

    /// Whether tokens are verified with it at that time.
    #[must_use]
    pub fn verifies_at(&self, now: DateTime) -> bool {
        self.verifies_until.is_none_or(|until| now < until)
    }
}

/// The validator of the collection.
pub(super) fn schema() -> Document {
    let key = doc! { "bsonType": "string", "minLength": 43, "maxLength": 43 };
    doc! {
        "bsonType": "object",
        "required": ["_id", "kid", "public", "sealed", "created_at", "signs_from", "verifies_until"],
        "additionalProperties": false,
        "properties": {
            "_id": { "bsonType": ["long", "int"], "minimum": 1 },
            "kid": key.clone(),
            "public": key,
            "sealed": { "bsonType": "string", "minLength": 1 },
            "created_at": { "bsonType": "date" },
            "signs_from": { "bsonType": "date" },
            "verifies_until": { "bsonType": ["date", "null"] },
        },
    }
}
