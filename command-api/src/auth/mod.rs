//! Accounts and sessions.

pub mod change_password;
pub mod login;
pub mod logout;
pub mod refresh_token;
pub mod register;
pub mod request_password_reset;
pub mod reset_password;
pub mod revoke_session;
mod sign_in;

pub(crate) use sign_in::start_session;
