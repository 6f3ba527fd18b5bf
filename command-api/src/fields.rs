//! From a body's fields to value types.

use domain::values::ValueError;
use service_kit::http::FieldError;

/// What a value type's refusal is called in the answer. A weak password is named by the answer's own code when it is all
/// that is wrong.
pub(crate) fn parsed<T>(result: Result<T, ValueError>) -> Result<T, FieldError> {
    result.map_err(|error| FieldError { code: error.code(), specific: error == ValueError::WeakPassword })
}
