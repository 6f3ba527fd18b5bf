//! GET /auth/users/:id: what everybody may know of somebody.

use access::log_failure;
use axum::extract::State;
use events::UserId;
use read_models::USERS_PROJECTION;
use read_models::views::{PublicUser, load_public_user};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// Somebody, as everybody sees them.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublicProfile {
    user: PublicUser,
}

/// Somebody's public part. Who is suspended or erased is nobody.
#[utoipa::path(
    get,
    path = "/auth/users/{id}",
    tag = "auth",
    params(
        ("id" = uuid::Uuid, Path, description = "The account"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<PublicProfile>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_user(
    State(reads): State<Reads>,
    context: RequestContext,
    PathId(user_id): PathId<UserId>,
) -> Result<Success<PublicProfile>, ApiError> {
    let position = reads.begin(&context, &[USERS_PROJECTION]).await?;
    let found = load_public_user(reads.database(), user_id).await.map_err(|error| log_failure(&error))?;
    let user = found.ok_or_else(ApiError::not_found)?;
    Ok(Success::data(PublicProfile { user }).position(position))
}
