//! What admins do.

pub mod create_admin;
pub mod update_user;
