//! Beginning a session: what registering and logging in have in common.

use domain::Session;
use domain::session::StartSession;
use events::{Personal, SessionId, Timestamp, UserId};

use crate::Refusal;
use crate::commands::{Origin, UnitOfWork};
use crate::tokens::REFRESH_LIFE;

/// Begins a session for somebody who has just proved who they are, by the password of that generation.
pub(crate) async fn start_session(
    work: &mut UnitOfWork<'_>,
    session_id: SessionId,
    (user_id, password_generation): (UserId, u32),
    origin: &Origin,
    now: Timestamp,
) -> Result<(), Refusal> {
    let personal = |text: &Option<String>| text.clone().map(|text| Personal::new(user_id, text));
    let mut session = work.load::<Session>(session_id).await?;
    session
        .decide(StartSession {
            session_id,
            user_id,
            ip: personal(&origin.ip),
            user_agent: personal(&origin.user_agent),
            password_generation,
            expires_at: Timestamp::new(now.utc() + REFRESH_LIFE),
        })
        .await?;
    work.put(session);
    Ok(())
}
