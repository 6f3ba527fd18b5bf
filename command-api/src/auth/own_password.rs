//! Whoever changes what is dear to them proves their password first.

use domain::User;
use event_log::EventLog;
use events::UserId;
use http::StatusCode;
use service_kit::http::ApiError;

use crate::Refusal;
use crate::passwords::Passwords;

/// Checks the password of somebody who is signed in; gives its generation.
///
/// # Errors
/// 401 `wrong_password`, or `unauthorized` for who is gone; 503 when too many are checked, or MongoDB is away.
pub(super) async fn prove(
    log: &EventLog,
    passwords: &Passwords,
    user_id: UserId,
    password: String,
) -> Result<u32, Refusal> {
    let user = log.load::<User>(user_id).await?;
    let account = user.state.present().ok_or_else(ApiError::unauthorized)?;
    if passwords.verify(account.password_hash.value().cloned(), password).await? {
        Ok(account.password_generation)
    } else {
        Err(wrong_password().into())
    }
}

/// Makes sure that the password is the one of the generation that was proved: since then it may have become another.
///
/// # Errors
/// 401, as [`prove`].
pub(super) fn still_proved(user: &User, generation: Option<u32>) -> Result<(), ApiError> {
    let account = user.present().ok_or_else(ApiError::unauthorized)?;
    if generation == Some(account.password_generation) { Ok(()) } else { Err(wrong_password()) }
}

const fn wrong_password() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "wrong_password")
}
