//! What is known of an uploaded file.

use events::{Fold, MediaEvent, MediaId, UserId};
use serde::{Deserialize, Serialize};

use crate::values::MediaType;

/// Fold of the stream `media/<media id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// The file; none until it came, and after it was removed.
    pub upload: Option<Upload>,
    /// Whether it was removed: its id is not taken again.
    pub removed: bool,
}

/// A file that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The file.
    pub media_id: MediaId,
    /// Who uploaded it.
    pub owner_id: UserId,
    /// Media type (RFC 6838).
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
}

impl Upload {
    /// What it is; none when the academy takes such files no more.
    #[must_use]
    pub fn media_type(&self) -> Option<MediaType> {
        MediaType::from_name(&self.content_type)
    }
}

impl Fold for Media {
    type Event = MediaEvent;

    fn apply(&mut self, event: &MediaEvent) {
        match event {
            MediaEvent::MediaUploaded(event) => {
                self.upload = Some(Upload {
                    media_id: event.media_id,
                    owner_id: event.owner_id,
                    content_type: event.content_type.clone(),
                    size: event.size,
                    sha256: event.sha256.clone(),
                });
            }
            MediaEvent::MediaRemoved(_) => *self = Self { upload: None, removed: true },
        }
    }
}
