//! Beginning a session: what registering and logging in have in common.

use domain::Session;
use domain::session::StartSession;
use events::{SessionId, Timestamp, UserId};

use crate::Refusal;
use crate::commands::UnitOfWork;
use crate::tokens::REFRESH_LIFE;

/// Begins a session for somebody who has just proved who they are, by the password of that generation.
pub(crate) async fn start_session(
    work: &mut UnitOfWork<'_>,
    session_id: SessionId,
    (user_id, password_generation): (UserId, u32),
    now: Timestamp,
) -> Result<(), Refusal> {
    let mut session = work.load::<Session>(session_id).await?;
    session
        .decide(StartSession {
            session_id,
            user_id,
            password_generation,
            expires_at: Timestamp::new(now.utc() + REFRESH_LIFE),
        })
        .await?;
    work.put(session);
    Ok(())
}
