//! Sessions: one per signed-in device; access tokens name theirs and live no longer than it does.

#[cfg(feature = "decide")]
mod refresh_session;
#[cfg(feature = "decide")]
mod revoke_session;
#[cfg(feature = "decide")]
mod start_session;
mod state;

pub use state::{FIRST_GENERATION, Session, SessionOwner, SignIn};

#[cfg(feature = "decide")]
pub use {
    refresh_session::{Refresh, RefreshSession, RefreshSessionError},
    revoke_session::{RevokeSession, RevokeSessionError},
    start_session::{StartSession, StartSessionError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Session, SessionCommand, SessionError {
        StartSession(StartSessionError) by start,
        RefreshSession(RefreshSessionError) by refresh,
        RevokeSession(RevokeSessionError) by revoke,
    }
}
