//! An uploaded file is removed.

use events::{MediaEvent, MediaRemoved, Role, UserId};

use super::Media;

/// Removes a file; its bytes go after the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoveMedia {
    /// Who asks.
    pub by: UserId,
    /// What they may do.
    pub role: Role,
}

/// Why it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoveMediaError {
    /// There is no such file.
    #[error("no such file")]
    NotFound,
    /// They are neither who uploaded it nor an admin.
    #[error("only who uploaded it or an admin may remove it")]
    NotOwner,
}

impl Media {
    /// Decides [`RemoveMedia`].
    ///
    /// # Errors
    /// [`RemoveMediaError`] says which.
    pub fn remove(&self, command: RemoveMedia) -> Result<Vec<MediaEvent>, RemoveMediaError> {
        let upload = self.upload.as_ref().ok_or(RemoveMediaError::NotFound)?;
        if upload.owner_id != command.by && command.role != Role::Admin {
            return Err(RemoveMediaError::NotOwner);
        }
        Ok(vec![MediaRemoved { media_id: upload.media_id, owner_id: upload.owner_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{media_removed, media_uploaded, user_id};
    use crate::values::MediaType;

    #[test]
    fn its_uploader_and_admins_remove_a_file_once() {
        let uploaded = || media_uploaded(MediaType::Png);
        for (given, user, role, expected) in [
            (vec![uploaded()], 1, Role::Learner, Ok(())),
            (vec![uploaded()], 2, Role::Admin, Ok(())),
            (vec![uploaded()], 2, Role::Instructor, Err(RemoveMediaError::NotOwner)),
            (vec![uploaded(), media_removed()], 1, Role::Learner, Err(RemoveMediaError::NotFound)),
            (Vec::new(), 2, Role::Admin, Err(RemoveMediaError::NotFound)),
        ] {
            let command = RemoveMedia { by: user_id(user), role };
            let test = TestFramework::<Media>::with(()).given(given).when(command.into());
            match expected {
                Ok(()) => test.then_expect_events(vec![media_removed()]),
                Err(error) => test.then_expect_error(error.into()),
            }
        }
    }
}
