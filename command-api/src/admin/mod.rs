//! What admins do.

mod acting_admin;
pub mod cancel_rebuild;
pub mod confirm_transfer;
pub mod create_admin;
pub mod decide_application;
pub mod grant_access;
mod projection;
pub mod rebuild_projection;
pub mod retry_parked;
pub mod revoke_access;
pub mod update_user;
