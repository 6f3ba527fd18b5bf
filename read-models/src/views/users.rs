//! Finding accounts.

use bson::{Document, doc};
use event_log::LogError;
use events::Role;
use mongodb::Database;
use mongodb::error::Error;

use super::snapshot::{Reading, Snapshot, read_at_once};
use crate::{User, UserStatus, VerificationStatus};

/// Which accounts are asked for. What is none does not matter.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// The whole address, trimmed and lower-cased.
    pub email: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whether the account may be used.
    pub status: Option<UserStatus>,
    /// How far their application to teach has come.
    pub verification_status: Option<VerificationStatus>,
}

impl UserFilter {
    fn document(&self) -> Document {
        let mut filter = Document::new();
        let mut must = |field: &str, word: Option<&str>| {
            if let Some(word) = word {
                filter.insert(field, word);
            }
        };
        must("email", self.email.as_deref());
        must("role", self.role.map(Role::as_str));
        must("status", self.status.map(UserStatus::as_str));
        must("instructor.verification_status", self.verification_status.map(VerificationStatus::as_str));
        filter
    }
}

/// The accounts that match, newest first, without the first `skip` and at most `limit` of them; and how many match in
/// all. Both are of the same instant.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn list_users(
    database: &Database,
    filter: &UserFilter,
    skip: u64,
    limit: u32,
) -> Result<(Vec<User>, u64), LogError> {
    read_at_once(database, &UsersReading { filter: filter.document(), skip, limit }).await
}

struct UsersReading {
    filter: Document,
    skip: u64,
    limit: u32,
}

impl Reading for UsersReading {
    type Output = (Vec<User>, u64);

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let newest = doc! { "created_at": -1, "_id": -1 };
        snapshot.page(self.filter.clone(), newest, (self.skip, self.limit)).await
    }
}
