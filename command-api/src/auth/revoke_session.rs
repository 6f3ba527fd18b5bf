//! DELETE /auth/sessions/:id: somebody signs a device of theirs out.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::session::{RevokeSession, SessionOwner};
use domain::{Session, User};
use events::{Fold, SessionEnd, SessionId, StreamId, Timestamp, UserId};
use service_kit::http::{ApiError, ErrorBody, MessageBody, PathId};

use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};

/// Ends one of the caller's sessions. One that is somebody else's, or dead, is not there.
#[utoipa::path(
    delete, path = "/auth/sessions/{id}", tag = "auth", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The session")),
    responses(
        (status = 200, body = MessageBody),
        (status = 400, description = "validation_failed: a header is not valid", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn revoke_session(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(session_id): PathId<SessionId>,
) -> Result<Response, Refusal> {
    let use_case = RevokeOwnSession { session_id, user_id: caller.user_id };
    let done = commands.run(&context.origin(Some(&caller)), &use_case).await?;
    Ok(done.message(context.text("session_revoked")).into_response())
}

struct RevokeOwnSession {
    session_id: SessionId,
    user_id: UserId,
}

impl UseCase for RevokeOwnSession {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), Refusal> {
        let user = work.load::<User>(self.user_id).await?;
        let mut session = work.load::<Session>(self.session_id).await?;
        let owner = SessionOwner::of(user.state()).ok_or_else(ApiError::not_found)?;
        if !session.state().is_live(&owner, now) {
            return Err(ApiError::not_found().into());
        }
        session.decide(RevokeSession { reason: SessionEnd::Revoked }).await?;
        work.put(session);
        Ok(())
    }

    fn names(&self) -> Option<StreamId> {
        Some(Session::stream(self.session_id))
    }
}
