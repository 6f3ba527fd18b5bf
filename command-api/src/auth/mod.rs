//! Accounts and sessions.

pub mod login;
pub mod register;
mod sign_in;

pub(crate) use sign_in::start_session;
