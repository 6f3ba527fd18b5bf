//! A file has come.

use events::{MediaEvent, MediaId, MediaUploaded, Personal, Role, UserId};

use super::Media;
use crate::values::{FileName, MediaType};

/// Registers a file whose bytes are stored. Its type was found by its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterUpload {
    /// A new id.
    pub media_id: MediaId,
    /// Who uploaded it.
    pub owner_id: UserId,
    /// What they may do.
    pub role: Role,
    /// What they call it.
    pub filename: FileName,
    /// What it is.
    pub media_type: MediaType,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
}

/// Why it is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterUploadError {
    /// The id was not new.
    #[error("this media id is taken already")]
    AlreadyUploaded,
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// A learner has use for an image, as avatar, and for nothing else.
    #[error("learners upload images only")]
    TypeNotAllowed,
}

/// What may be uploaded by whom, to be used later.
#[must_use]
pub const fn may_upload(media_type: MediaType, role: Role) -> bool {
    match role {
        Role::Learner => media_type.is_image(),
        Role::Instructor | Role::Admin => true,
    }
}

impl Media {
    /// Decides [`RegisterUpload`].
    ///
    /// # Errors
    /// [`RegisterUploadError`] says which.
    pub fn register(&self, command: RegisterUpload) -> Result<Vec<MediaEvent>, RegisterUploadError> {
        if self.upload.is_some() || self.removed {
            return Err(RegisterUploadError::AlreadyUploaded);
        }
        if command.size == 0 {
            return Err(RegisterUploadError::Empty);
        }
        if !may_upload(command.media_type, command.role) {
            return Err(RegisterUploadError::TypeNotAllowed);
        }
        let event = MediaUploaded {
            media_id: command.media_id,
            owner_id: command.owner_id,
            filename: Personal::new(command.owner_id, command.filename.into_string()),
            content_type: command.media_type.as_str().to_owned(),
            size: command.size,
            sha256: command.sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        Ok(vec![event.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{media_id, media_removed, media_uploaded, user_id};

    fn register(role: Role, media_type: MediaType) -> RegisterUpload {
        RegisterUpload {
            media_id: media_id(),
            owner_id: user_id(1),
            role,
            filename: FileName::parse("fichier").unwrap(),
            media_type,
            size: 12,
            sha256: [0xAB; 32],
        }
    }

    #[test]
    fn learners_upload_images_and_teachers_anything_that_is_allowed() {
        for role in Role::ALL {
            for media_type in MediaType::ALL {
                let test = TestFramework::<Media>::with(())
                    .given_no_previous_events()
                    .when(register(*role, *media_type).into());
                if *role == Role::Learner && !media_type.is_image() {
                    test.then_expect_error(RegisterUploadError::TypeNotAllowed.into());
                } else {
                    test.then_expect_events(vec![media_uploaded(*media_type)]);
                }
            }
        }
    }

    #[test]
    fn an_empty_file_and_a_second_one_are_refused() {
        let image = || register(Role::Admin, MediaType::Png);
        let uploaded = || media_uploaded(MediaType::Png);
        for (given, command, error) in [
            (Vec::new(), RegisterUpload { size: 0, ..image() }, RegisterUploadError::Empty),
            (vec![uploaded()], image(), RegisterUploadError::AlreadyUploaded),
            (vec![uploaded(), media_removed()], image(), RegisterUploadError::AlreadyUploaded),
        ] {
            TestFramework::<Media>::with(()).given(given).when(command.into()).then_expect_error(error.into());
        }
    }
}
