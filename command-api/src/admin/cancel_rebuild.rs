//! DELETE /admin/projections/:name/rebuild: the rebuild that runs is stopped, and what it made is thrown away.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ProjectionControl;
use domain::projection_control::CancelRebuild;
use events::{Fold, StreamId, Timestamp, UserId};
use service_kit::http::{ErrorBody, MessageBody, PathId};

use super::acting_admin::must_be_acting_admin;
use super::projection::{ProjectionName, known};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};

/// Stops the rebuild of a projection. One whose collections are taking their places already goes on to its end.
#[utoipa::path(
    delete, path = "/admin/projections/{name}/rebuild", tag = "admin", security(("bearer" = [])),
    params(("name" = String, Path, description = "The projection")),
    responses(
        (status = 200, body = MessageBody),
        (status = 400, description = "validation_failed: a header is not valid", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, description = "not_found: no such projection, or none runs", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn cancel_rebuild(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(name): PathId<String>,
) -> Result<Response, Refusal> {
    caller.must_be_admin()?;
    let use_case = StopRebuild { projection: known(&name)?, by: caller.user_id };
    let done = commands.run(&context.origin(Some(&caller)), &use_case).await?;
    Ok(done.message(context.text("rebuild_cancelled")).into_response())
}

struct StopRebuild {
    projection: ProjectionName,
    by: UserId,
}

impl UseCase for StopRebuild {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<(), Refusal> {
        must_be_acting_admin(work, self.by).await?;
        let mut control = work.load::<ProjectionControl>(self.projection).await?;
        control.decide(CancelRebuild { projection: self.projection.to_owned() }).await?;
        work.put(control);
        Ok(())
    }

    fn names(&self) -> Option<StreamId> {
        Some(ProjectionControl::stream(self.projection))
    }
}
