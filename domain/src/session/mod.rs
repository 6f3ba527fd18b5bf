//! Sessions: one per signed-in device; access tokens name theirs and live no longer than it does.

#[cfg(feature = "decide")]
mod start_session;
mod state;

pub use state::{Session, SignIn};

#[cfg(feature = "decide")]
pub use start_session::{StartSession, StartSessionError};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Session, SessionCommand, SessionError {
        StartSession(StartSessionError) by start,
    }
}
