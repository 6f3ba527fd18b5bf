//! POST /admin/projections/:name/parked/:id/retry: a parked document is folded anew from the log.

use access::{Caller, log_failure};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ProjectionControl;
use domain::projection_control::RetryParked;
use events::{Fold, StreamId, Timestamp, UserId};
use read_models::views::is_parked;
use service_kit::http::{ApiError, ErrorBody, MessageBody, PathId};
use uuid::Uuid;

use super::acting_admin::must_be_acting_admin;
use super::projection::{ProjectionName, known};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};

/// Has a parked document, and all that is connected with it, folded anew. The projectors do it within a second; the
/// record goes when it has gone well, and has the new error when it has not.
#[utoipa::path(
    post, path = "/admin/projections/{name}/parked/{id}/retry", tag = "admin", security(("bearer" = [])),
    params(
        ("name" = String, Path, description = "The projection"),
        ("id" = uuid::Uuid, Path, description = "What is parked"),
    ),
    responses(
        (status = 200, body = MessageBody),
        (status = 400, description = "validation_failed: a header is not valid", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, description = "not_found: no such projection, or nothing of that id is parked", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn retry_parked(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId((name, parked_id)): PathId<(String, Uuid)>,
) -> Result<Response, Refusal> {
    caller.must_be_admin()?;
    let projection = known(&name)?;
    let origin = context.origin(Some(&caller));
    let database = commands.log().database();
    let parked = is_parked(database, projection, parked_id).await.map_err(|error| log_failure(&error))?;
    if !parked && !origin.is_repeated() {
        return Err(ApiError::not_found().into());
    }
    let done = commands.run(&origin, &Retry { projection, parked_id, by: caller.user_id }).await?;
    Ok(done.message(context.text("retry_requested")).into_response())
}

struct Retry {
    projection: ProjectionName,
    parked_id: Uuid,
    by: UserId,
}

impl UseCase for Retry {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<(), Refusal> {
        must_be_acting_admin(work, self.by).await?;
        let mut control = work.load::<ProjectionControl>(self.projection).await?;
        let (projection, parked_id) = (self.projection.to_owned(), self.parked_id);
        control.decide(RetryParked { projection, parked_id }).await?;
        work.put(control);
        Ok(())
    }

    fn names(&self) -> Option<StreamId> {
        Some(ProjectionControl::stream(self.projection))
    }
}
