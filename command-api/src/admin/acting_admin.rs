//! The admin behind a command, at the moment of its commit.

use domain::User;
use events::UserId;
use service_kit::http::ApiError;

use crate::Refusal;
use crate::commands::{Held, UnitOfWork};

/// Whoever decides over `user` must still be an admin when it is committed; also when it is they themselves.
///
/// # Errors
/// 403 `forbidden`.
pub(crate) async fn must_act_as_admin(
    work: &mut UnitOfWork<'_>,
    by: UserId,
    user: (UserId, &Held<User>),
) -> Result<(), Refusal> {
    let (user_id, held) = user;
    if by == user_id {
        return if held.state().is_acting_admin() { Ok(()) } else { Err(ApiError::forbidden().into()) };
    }
    let admin = work.load::<User>(by).await?;
    if !admin.state().is_acting_admin() {
        return Err(ApiError::forbidden().into());
    }
    work.put(admin);
    Ok(())
}

/// Whoever asks for something must still be an admin when it is committed.
///
/// # Errors
/// 403 `forbidden`.
pub(crate) async fn must_be_acting_admin(work: &mut UnitOfWork<'_>, by: UserId) -> Result<(), Refusal> {
    let admin = work.load::<User>(by).await?;
    if !admin.state().is_acting_admin() {
        return Err(ApiError::forbidden().into());
    }
    work.put(admin);
    Ok(())
}
