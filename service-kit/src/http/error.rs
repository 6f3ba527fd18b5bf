//! The failure of a request, before it has a language and a request id.

use std::fmt::Display;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::context::RequestContext;

/// One failing field: where, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The field's path in the body, a query parameter or a header.
    pub field: String,
    /// Stable snake_case code; the text is looked up in [`Messages`](super::Messages).
    pub code: &'static str,
}

/// The body of a failed request, as API documents show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// Always `false`.
    pub success: bool,
    /// What went wrong.
    pub error: ErrorInfo,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorInfo {
    /// Stable snake_case code.
    pub code: String,
    /// For people, in their language.
    pub message: String,
    /// Each failing field; absent when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<ErrorDetail>,
    /// The id that the log has it under.
    pub request_id: String,
}

/// One failing field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetail {
    /// Its path in the body, a query parameter or a header.
    pub field: String,
    /// Stable snake_case code.
    pub code: String,
    /// For people, in their language.
    pub message: String,
}

/// A failed request. Handlers return it; the boundary layer writes the body in the caller's language with the request's
/// id, adds `WWW-Authenticate` or `Retry-After`, and logs the cause of a 5xx. The cause never leaves the process.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{code}")]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    details: Vec<Detail>,
    retry_after: Option<u64>,
    cause: Option<Arc<str>>,
}

impl ApiError {
    /// An error with its status and stable code.
    #[must_use]
    pub const fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, details: Vec::new(), retry_after: None, cause: None }
    }

    /// 400 with a code of the rule that was broken.
    #[must_use]
    pub const fn bad_request(code: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code)
    }

    /// 400 `validation_failed` with one failing field; [`Fields`](super::Fields) makes those with several.
    #[must_use]
    pub fn invalid(field: impl Into<String>, code: &'static str) -> Self {
        Self::bad_request("validation_failed").detail(field, code)
    }

    /// 401 `unauthorized`: no token, or one that is worth nothing. Why is not told.
    #[must_use]
    pub const fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized")
    }

    /// 403 `forbidden`.
    #[must_use]
    pub const fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden")
    }

    /// 404 `not_found`: not there, or not visible to the caller.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    /// 409 `conflict`: retries inside are exhausted.
    #[must_use]
    pub const fn conflict() -> Self {
        Self::new(StatusCode::CONFLICT, "conflict")
    }

    /// 412 `precondition_failed`: `If-Match` names another version.
    #[must_use]
    pub const fn precondition_failed() -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "precondition_failed")
    }

    /// 429 `rate_limited`, with the seconds until the next attempt may succeed.
    #[must_use]
    pub const fn rate_limited(seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited").retry_after(seconds)
    }

    /// 500 `internal`. `cause` goes to the log only.
    #[must_use]
    pub fn internal(cause: impl Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").caused_by(cause)
    }

    /// 503 `unavailable`: something that the request needs is down. `cause` goes to the log only.
    #[must_use]
    pub fn unavailable(cause: impl Display) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable").retry_after(1).caused_by(cause)
    }

    /// 503 `read_model_behind`: what was asked for is not readable yet.
    #[must_use]
    pub const fn read_model_behind() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "read_model_behind").retry_after(1)
    }

    /// The error that stands for a bare status, as frameworks answer it.
    #[must_use]
    pub const fn of_status(status: StatusCode) -> Self {
        let code = match status.as_u16() {
            401 => "unauthorized",
            402 => "payment_required",
            403 => "forbidden",
            404 => "not_found",
            405 => "method_not_allowed",
            409 => "conflict",
            412 => "precondition_failed",
            413 => "payload_too_large",
            414 => "uri_too_long",
            415 => "unsupported_media_type",
            416 => "range_not_satisfiable",
            429 => "rate_limited",
            431 => "headers_too_large",
            503 => "unavailable",
            504 => "timeout",
            500..=599 => "internal",
            _ => "bad_request",
        };
        Self::new(status, code)
    }

    /// Adds a failing field.
    #[must_use]
    pub fn detail(mut self, field: impl Into<String>, code: &'static str) -> Self {
        self.details.push(Detail { field: field.into(), code });
        self
    }

    /// Sets `Retry-After`, in seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Sets what is logged, and only logged. It must hold no personal data.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Display) -> Self {
        // `{:#}` prints the whole chain for the error types that know of one.
        self.cause = Some(format!("{cause:#}").into());
        self
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The failing fields, in the order they were found.
    #[must_use]
    pub fn details(&self) -> &[Detail] {
        &self.details
    }

    /// Seconds for `Retry-After`. 429 and 503 always have some.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u64> {
        let needs = matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        self.retry_after.or(needs.then_some(1))
    }

    /// What is logged.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The body for this request: its language, its id. The boundary layer calls it; so does who must store the answer
    /// to replay it.
    #[must_use]
    pub fn body(&self, context: &RequestContext) -> ErrorBody {
        let details = self.details.iter().map(|detail| ErrorDetail {
            field: detail.field.clone(),
            code: detail.code.to_owned(),
            message: context.text(detail.code).to_owned(),
        });
        ErrorBody {
            success: false,
            error: ErrorInfo {
                code: self.code.to_owned(),
                message: context.text(self.code).to_owned(),
                details: details.collect(),
                request_id: context.request_id.to_string(),
            },
        }
    }
}

impl IntoResponse for ApiError {
    /// The status alone, with the error as an extension: the boundary layer writes the body.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
