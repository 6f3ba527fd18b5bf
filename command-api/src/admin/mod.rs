//! What admins do.

mod acting_admin;
pub mod confirm_transfer;
pub mod create_admin;
pub mod decide_application;
pub mod grant_access;
pub mod revoke_access;
pub mod update_user;
