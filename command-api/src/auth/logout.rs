//! POST /auth/logout: somebody signs out of the device at hand.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Session;
use domain::session::RevokeSession;
use events::{Fold, SessionEnd, SessionId, StreamId, Timestamp};
use service_kit::http::{ErrorBody, MessageBody};

use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};

/// Ends the caller's session: its tokens are dead everywhere at once.
#[utoipa::path(
    post, path = "/auth/logout", tag = "auth", security(("bearer" = [])),
    responses(
        (status = 200, body = MessageBody),
        (status = 400, description = "validation_failed: a header is not valid", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn logout(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
) -> Result<Response, Refusal> {
    let use_case = Logout { session_id: caller.session_id };
    let done = commands.run(&context.origin(Some(&caller)), &use_case).await?;
    Ok(done.message(context.text("logged_out")).into_response())
}

struct Logout {
    session_id: SessionId,
}

impl UseCase for Logout {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<(), Refusal> {
        let mut session = work.load::<Session>(self.session_id).await?;
        session.decide(RevokeSession { reason: SessionEnd::LoggedOut }).await?;
        work.put(session);
        Ok(())
    }

    fn names(&self) -> Option<StreamId> {
        Some(Session::stream(self.session_id))
    }
}
