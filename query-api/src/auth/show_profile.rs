//! GET /auth/profile: my account.

use access::Caller;
use axum::extract::State;
use read_models::USERS_PROJECTION;
use read_models::views::{UserView, load_user};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// My account.
#[derive(Serialize, ToSchema)]
pub(crate) struct Profile {
    user: UserView,
}

/// The account of the caller.
///
/// Somebody whose token is good has an account. When its document is not there, the read side is behind, or began anew:
/// it is waited for.
#[utoipa::path(
    get,
    path = "/auth/profile",
    tag = "auth",
    security(("bearer" = [])),
    params(("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached")),
    responses(
        (status = 200, body = DataBody<Profile>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
            ("ETag" = String, description = "version of the account"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`user_suspended`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_profile(
    State(reads): State<Reads>,
    caller: Caller,
    context: RequestContext,
) -> Result<Success<Profile>, ApiError> {
    let find = || load_user(reads.database(), caller.user_id);
    let (user, position) = reads.find_own(&context, &[USERS_PROJECTION], find).await?;
    let version = user.version;
    Ok(Success::data(Profile { user: user.into() }).position(position).version(version))
}
