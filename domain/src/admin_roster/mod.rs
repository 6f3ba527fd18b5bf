//! The roster of admins: there is always one left.

#[cfg(feature = "decide")]
mod join_admins;
#[cfg(feature = "decide")]
mod leave_admins;
mod state;

pub use state::AdminRoster;

#[cfg(feature = "decide")]
pub use {
    join_admins::JoinAdmins,
    leave_admins::{LeaveAdmins, LeaveAdminsError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    AdminRoster, AdminRosterCommand, AdminRosterError {
        JoinAdmins(std::convert::Infallible) by join,
        LeaveAdmins(LeaveAdminsError) by leave,
    }
}
