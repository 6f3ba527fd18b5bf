//! From a body's fields to value types.

use domain::values::{Password, ValueError};
use serde::{Deserialize, Deserializer};
use service_kit::http::{FieldError, Fields};

/// Tells null, the inner none, from missing, which `#[serde(default)]` makes the outer one.
pub(crate) fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Parses a text that null takes away, the inner none; missing or blank it stays as it is, the outer one.
pub(crate) fn nullable_text<T>(
    fields: &mut Fields,
    field: &str,
    value: Option<Option<String>>,
    parse: impl FnOnce(&str) -> Result<T, FieldError>,
) -> Option<Option<T>> {
    match value? {
        None => Some(None),
        text => fields.optional_text(field, text, parse).map(Some),
    }
}

/// What a value type's refusal is called in the answer. A weak password is named by the answer's own code when it is all
/// that is wrong.
pub(crate) fn parsed<T>(result: Result<T, ValueError>) -> Result<T, FieldError> {
    result.map_err(|error| FieldError { code: error.code(), specific: error == ValueError::WeakPassword })
}

/// A password to be held against a hash, as it was typed. Longer ones were never set, and are not worth the hashing.
pub(crate) fn typed_password(text: String) -> Result<String, FieldError> {
    match text.chars().count() {
        0 => Err(FieldError::new("required")),
        length if length > Password::MAX => Err(FieldError::new("too_long")),
        _ => Ok(text),
    }
}
