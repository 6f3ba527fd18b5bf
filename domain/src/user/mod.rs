//! Accounts: who somebody is, what they may do, and whether they may come in.

mod state;

#[cfg(feature = "decide")]
mod apply_as_instructor;
#[cfg(feature = "decide")]
mod change_password;
#[cfg(feature = "decide")]
mod change_profile;
#[cfg(feature = "decide")]
mod change_user_role;
#[cfg(feature = "decide")]
mod erase_user;
#[cfg(feature = "decide")]
mod reactivate_user;
#[cfg(feature = "decide")]
mod register_user;
#[cfg(feature = "decide")]
mod rehash_password;
#[cfg(feature = "decide")]
mod reject_instructor;
#[cfg(feature = "decide")]
mod request_password_reset;
#[cfg(feature = "decide")]
mod reset_password;
#[cfg(feature = "decide")]
mod suspend_user;
#[cfg(feature = "decide")]
mod verify_instructor;

pub use state::{Account, Notifications, Teaching, User, UserStatus, Verification};

#[cfg(feature = "decide")]
pub use {
    apply_as_instructor::{ApplyAsInstructor, ApplyAsInstructorError},
    change_password::{ChangePassword, ChangePasswordError},
    change_profile::{ChangeProfile, ChangeProfileError, NotificationChanges},
    change_user_role::{ChangeUserRole, ChangeUserRoleError},
    erase_user::{EraseUser, EraseUserError},
    reactivate_user::{ReactivateUser, ReactivateUserError},
    register_user::{RegisterUser, RegisterUserError},
    rehash_password::{RehashPassword, RehashPasswordError},
    reject_instructor::{RejectInstructor, RejectInstructorError},
    request_password_reset::{RequestPasswordReset, RequestPasswordResetError},
    reset_password::{ResetPassword, ResetPasswordError},
    suspend_user::{SuspendUser, SuspendUserError},
    verify_instructor::{VerifyInstructor, VerifyInstructorError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    User, UserCommand, UserError {
        RegisterUser(RegisterUserError) by register,
        ChangeProfile(ChangeProfileError) by change_profile,
        ChangeUserRole(ChangeUserRoleError) by change_role,
        SuspendUser(SuspendUserError) by suspend,
        ReactivateUser(ReactivateUserError) by reactivate,
        ApplyAsInstructor(ApplyAsInstructorError) by apply_as_instructor,
        VerifyInstructor(VerifyInstructorError) by verify_instructor,
        RejectInstructor(RejectInstructorError) by reject_instructor,
        ChangePassword(ChangePasswordError) by change_password,
        RequestPasswordReset(RequestPasswordResetError) by request_password_reset,
        ResetPassword(ResetPasswordError) by reset_password,
        RehashPassword(RehashPasswordError) by rehash_password,
        EraseUser(EraseUserError) by erase,
    }
}
