//! Certificates: reading them, and what answers show of them.

use bson::doc;
use event_log::LogError;
use events::{CertificateId, CourseId, Timestamp};
use mongodb::Database;
use mongodb::error::Error;
use serde::Serialize;
use utoipa::ToSchema;

use super::snapshot::{Reading, Snapshot, read_at_once};
use super::{is_false, openapi};
use crate::{Certificate, User, UserStatus, full_name};

/// That somebody has completed a course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Certificate)]
pub struct CertificateView {
    /// What it is checked by.
    #[schema(example = "7K2M-9XQ4-T0VB-3HSE")]
    pub code: String,
    /// The course.
    #[schema(schema_with = openapi::id)]
    pub course_id: CourseId,
    /// What it was called then.
    pub course_title: String,
    /// What they are called now; null when they were erased.
    pub user_name: Option<String>,
    /// When they completed the course.
    #[schema(schema_with = openapi::time)]
    pub completed_at: Timestamp,
    /// When it was made out.
    #[schema(schema_with = openapi::time)]
    pub issued_at: Timestamp,
    /// `true` when the read side could not follow the log for this certificate; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

/// A certificate, and whose it is.
#[derive(Clone, Debug)]
pub struct CertificateDocuments {
    /// The certificate.
    pub certificate: Certificate,
    /// Its holder; none when their account is not there (yet).
    pub holder: Option<User>,
}

impl CertificateDocuments {
    /// Whether it is somebody's: it says nothing of anybody once its holder was erased.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.holder.as_ref().is_some_and(|holder| holder.status != UserStatus::Deleted)
    }

    /// What answers show of it.
    #[must_use]
    pub fn view(self) -> CertificateView {
        let Certificate { code, course_id, course_title, completed_at, issued_at, stale, .. } = self.certificate;
        let name = |holder: &User| full_name(holder.first_name.as_deref(), holder.last_name.as_deref());
        let user_name = self.holder.as_ref().and_then(name);
        CertificateView { code, course_id, course_title, user_name, completed_at, issued_at, stale }
    }
}

/// A certificate by its id; none when it is not there (yet).
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_certificate(
    database: &Database,
    id: CertificateId,
) -> Result<Option<CertificateDocuments>, LogError> {
    read_at_once(database, &Found { field: "_id", value: id.to_string() }).await
}

/// A certificate by its code, as it stands on it; none when there is none.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn find_certificate(database: &Database, code: &str) -> Result<Option<CertificateDocuments>, LogError> {
    read_at_once(database, &Found { field: "code", value: code.to_owned() }).await
}

struct Found {
    field: &'static str,
    value: String,
}

impl Reading for Found {
    type Output = Option<CertificateDocuments>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let found = vec![doc! { "$match": { self.field: &self.value } }, doc! { "$limit": 1 }];
        let Some(certificate) = snapshot.aggregate::<Certificate>(found).await?.into_iter().next() else {
            return Ok(None);
        };
        let holder = snapshot.find_one(certificate.user_id).await?;
        Ok(Some(CertificateDocuments { certificate, holder }))
    }
}
