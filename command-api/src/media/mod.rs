//! Uploaded files.

mod parts;
mod receive;
mod sweep;
pub mod upload_media;

pub(crate) use parts::{Parts, boundary, malformed};
pub(crate) use receive::{Received, Receiver, remove_refused};
pub use sweep::{SweepError, start_sweeping, sweep};

/// The routes whose bodies may be as large as an upload, as they stand in the routers. Both need a token.
pub(crate) const UPLOADS: [&str; 2] = ["/media", "/courses/{id}/modules/{module_id}/lessons"];
