//! Uploaded files: what they are and whose. Their bytes are in the object store.

mod state;

#[cfg(feature = "decide")]
mod register_upload;
#[cfg(feature = "decide")]
mod remove_media;

pub use state::{Media, Upload};

#[cfg(feature = "decide")]
pub use {
    register_upload::{RegisterUpload, RegisterUploadError, may_upload},
    remove_media::{RemoveMedia, RemoveMediaError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Media, MediaCommand, MediaError {
        RegisterUpload(RegisterUploadError) by register,
        RemoveMedia(RemoveMediaError) by remove,
    }
}
