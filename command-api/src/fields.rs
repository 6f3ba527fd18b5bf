//! From a body's fields to value types.

use std::str::FromStr;

use domain::values::{Password, ValueError};
use serde::{Deserialize, Deserializer};
use service_kit::http::{FieldError, Fields};

/// What a value type's refusal is called in the answer. A weak password is named by the answer's own code when it is all
/// that is wrong.
pub(crate) fn parsed<T>(result: Result<T, ValueError>) -> Result<T, FieldError> {
    result.map_err(|error| FieldError { code: error.code(), specific: error == ValueError::WeakPassword })
}

/// Tells null from missing: for fields of a change whose value null takes away. Use with `#[serde(default)]`.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A text that a change may take away: missing or blank it stays as it is, null takes it away.
pub(crate) fn clearable_text<T>(
    fields: &mut Fields,
    field: &str,
    value: Option<Option<String>>,
    parse: impl FnOnce(&str) -> Result<T, ValueError>,
) -> Option<Option<T>> {
    clearable(fields, field, value, |text| parsed(parse(text)))
}

/// The same of what is no plain value type.
pub(crate) fn clearable<T>(
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

/// An id, which is a UUID.
pub(crate) fn uuid<Id: FromStr>(text: &str) -> Result<Id, FieldError> {
    text.parse().map_err(|_| FieldError::new("invalid"))
}

/// A token to be verified, whatever it looks like.
pub(crate) fn typed_token(text: &str) -> Result<String, FieldError> {
    Ok(text.to_owned())
}

/// A password to be held against a hash, as it was typed. Longer ones were never set, and are not worth the hashing.
pub(crate) fn typed_password(text: String) -> Result<String, FieldError> {
    match text.chars().count() {
        0 => Err(FieldError::new("required")),
        length if length > Password::MAX => Err(FieldError::new("too_long")),
        _ => Ok(text),
    }
}
