//! POST /admin/projections/:name/rebuild: a projection is folded anew from the log, beside the collections that serve.

use access::Caller;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::ProjectionControl;
use domain::projection_control::RequestRebuild;
use events::{CorrelationId, Fold, StreamId, Timestamp, UserId};
use read_models::views::RebuildView;
use serde::{Deserialize, Serialize};
use service_kit::http::{DataBody, ErrorBody, PathId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::acting_admin::must_be_acting_admin;
use super::projection::{ProjectionName, known};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Origin, UnitOfWork, UseCase};

/// A rebuild under its name.
#[derive(Serialize, ToSchema)]
pub struct RebuildAnswer {
    /// The rebuild.
    pub rebuild: RebuildView,
}

/// Has a projection rebuilt. The projectors begin within a second; GET tells how far they are.
#[utoipa::path(
    post, path = "/admin/projections/{name}/rebuild", tag = "admin", security(("bearer" = [])),
    params(("name" = String, Path, description = "The projection")),
    responses(
        (status = 202, body = DataBody<RebuildAnswer>),
        (status = 400, description = "validation_failed: a header is not valid", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "rebuild_running, conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn rebuild_projection(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(name): PathId<String>,
) -> Result<Response, Refusal> {
    caller.must_be_admin()?;
    let projection = known(&name)?;
    let use_case = RebuildProjection { projection, by: Some(caller.user_id) };
    let done = commands.run(&context.origin(Some(&caller)), &use_case).await?;
    let rebuild = RebuildView::asked_for(done.position, done.outcome.at);
    Ok(done.answer(RebuildAnswer { rebuild }).status(StatusCode::ACCEPTED).into_response())
}

/// Has a projection rebuilt, for the command line; tells the rebuild's id.
///
/// # Errors
/// [`Refusal`]: one runs already; there is no such projection.
pub async fn request_rebuild(commands: &Commands, name: &str) -> Result<Uuid, Refusal> {
    let origin = Origin::system(CorrelationId::new(Uuid::now_v7()));
    let use_case = RebuildProjection { projection: known(name)?, by: None };
    Ok(commands.run(&origin, &use_case).await?.outcome.rebuild_id)
}

struct RebuildProjection {
    projection: ProjectionName,
    /// The admin who asks; none for the command line.
    by: Option<UserId>,
}

/// What was asked for, and when.
#[derive(Serialize, Deserialize)]
struct Asked {
    rebuild_id: Uuid,
    at: Timestamp,
}

impl UseCase for RebuildProjection {
    type Outcome = Asked;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<Asked, Refusal> {
        if let Some(by) = self.by {
            must_be_acting_admin(work, by).await?;
        }
        let mut control = work.load::<ProjectionControl>(self.projection).await?;
        let (projection, rebuild_id) = (self.projection.to_owned(), Uuid::now_v7());
        control.decide(RequestRebuild { projection, rebuild_id }).await?;
        work.put(control);
        Ok(Asked { rebuild_id, at: now })
    }

    fn names(&self) -> Option<StreamId> {
        Some(ProjectionControl::stream(self.projection))
    }
}
