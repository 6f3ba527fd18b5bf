//! Uploaded files.

mod receive;
mod sweep;
pub mod upload_media;

use media_store::{MediaLinks, MediaStore};
pub(crate) use receive::{Received, Receiver, is_multipart, multipart};
pub use sweep::start_sweeping;

/// What uploads need.
#[derive(Clone, Debug)]
pub struct Uploads {
    /// The bytes.
    pub store: MediaStore,
    /// The addresses.
    pub links: MediaLinks,
}
