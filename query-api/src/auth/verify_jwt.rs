//! GET /auth/verify-jwt: whether a token is worth something, now.

use access::Caller;
use chrono::DateTime;
use events::{Role, UserId, rfc3339_millis};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Success};
use utoipa::ToSchema;

/// What a good token says.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerifiedToken {
    /// Always `true`: a bad token gets 401.
    valid: bool,
    /// Whose it is.
    #[schema(value_type = uuid::Uuid)]
    user_id: UserId,
    /// What they may do now, whatever the token says.
    #[schema(value_type = String, example = "learner")]
    role: Role,
    /// When it ends.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Whether the token is good, and whose it is. Asks the log, and no read collection.
#[utoipa::path(
    get,
    path = "/auth/verify-jwt",
    tag = "auth",
    security(("bearer" = [])),
    responses(
        (status = 200, body = DataBody<VerifiedToken>),
        (status = 401, description = "`unauthorized`: no, bad, expired or revoked token", body = ErrorBody),
        (status = 403, description = "`user_suspended`", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn verify_jwt(caller: Caller) -> Result<Success<VerifiedToken>, ApiError> {
    let expires_at = i64::try_from(caller.expires_at).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Ok(Success::data(VerifiedToken {
        valid: true,
        user_id: caller.user_id,
        role: caller.role,
        // Only a key of ours signs a time that no calendar has.
        expires_at: rfc3339_millis(expires_at.ok_or_else(|| ApiError::internal("a token without end"))?),
    }))
}
