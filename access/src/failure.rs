//! What a caller is told when the log can't answer.

use event_log::LogError;
use service_kit::http::ApiError;

/// The answer for a failure of the log: 503 when it is away, 500 when what it holds makes no sense.
#[must_use]
pub fn log_failure(error: &LogError) -> ApiError {
    match error {
        LogError::Unavailable(_) => ApiError::unavailable(error),
        LogError::Corrupt(_) => ApiError::internal(error),
    }
}
