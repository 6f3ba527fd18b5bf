//! Accounts: who somebody is, what they may do, and whether they may come in.

mod state;

#[cfg(feature = "decide")]
mod change_user_role;
#[cfg(feature = "decide")]
mod reactivate_user;
#[cfg(feature = "decide")]
mod register_user;
#[cfg(feature = "decide")]
mod suspend_user;

pub use state::{Account, User, UserStatus};

#[cfg(feature = "decide")]
pub use {
    change_user_role::{ChangeUserRole, ChangeUserRoleError},
    reactivate_user::{ReactivateUser, ReactivateUserError},
    register_user::{RegisterUser, RegisterUserError},
    suspend_user::{SuspendUser, SuspendUserError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    User, UserCommand, UserError {
        RegisterUser(RegisterUserError) by register,
        ChangeUserRole(ChangeUserRoleError) by change_role,
        SuspendUser(SuspendUserError) by suspend,
        ReactivateUser(ReactivateUserError) by reactivate,
    }
}
