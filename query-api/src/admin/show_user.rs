//! GET /admin/users/:id: an account, whatever its status.

use access::{Caller, log_failure};
use axum::extract::State;
use events::UserId;
use read_models::USERS_PROJECTION;
use read_models::views::{UserView, load_user};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// An account.
#[derive(Serialize, ToSchema)]
pub(crate) struct Account {
    user: UserView,
}

/// An account, also a suspended or an erased one; of the latter nothing personal is left.
#[utoipa::path(
    get,
    path = "/admin/users/{id}",
    tag = "admin",
    security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The account"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<Account>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
            ("ETag" = String, description = "version of the account"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_account(
    State(reads): State<Reads>,
    caller: Caller,
    context: RequestContext,
    PathId(user_id): PathId<UserId>,
) -> Result<Success<Account>, ApiError> {
    caller.must_be_admin()?;
    let position = reads.begin(&context, &[USERS_PROJECTION]).await?;
    let found = load_user(reads.database(), user_id).await.map_err(|error| log_failure(&error))?;
    let user = found.ok_or_else(ApiError::not_found)?;
    let version = user.version;
    Ok(Success::data(Account { user: user.into() }).position(position).version(version))
}
