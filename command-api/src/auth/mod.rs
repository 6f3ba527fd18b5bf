//! Accounts and sessions.

pub mod apply_as_instructor;
pub mod change_password;
pub mod delete_profile;
mod erase_user;
pub mod login;
pub mod logout;
mod own_password;
pub mod refresh_token;
pub mod register;
pub mod request_password_reset;
pub mod reset_password;
pub mod revoke_session;
mod sign_in;
pub mod update_profile;

pub(crate) use erase_user::erase_user;
pub(crate) use sign_in::start_session;
