//! What happens to an uploaded file.

use serde::{Deserialize, Serialize};

use crate::{MediaId, Personal, UserId, event::stream_events};

stream_events! {
    /// An event of the stream `media/<media id>`.
    MediaEvent on Media {
        /// A file came.
        MediaUploaded: 1 about [owner_id],
        /// It is gone.
        MediaRemoved: 1 about [owner_id],
    }
}

/// A file was uploaded; its bytes are in the object store, under its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaUploaded {
    /// The new file.
    pub media_id: MediaId,
    /// Who uploaded it.
    pub owner_id: UserId,
    /// What they call it.
    pub filename: Personal<String>,
    /// Media type (RFC 6838), found by content.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
}

/// An uploaded file is gone, and its bytes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaRemoved {
    /// The file.
    pub media_id: MediaId,
    /// Who had uploaded it.
    pub owner_id: UserId,
}
