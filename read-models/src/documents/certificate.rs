//! Collection `certificates`: that somebody has completed a course.

use bson::doc;
use events::{CertificateId, CourseId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of certificates. Written by projection `certificates`.
pub const CERTIFICATES: Collection = Collection {
    name: "certificates",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(),
            "code": schema::text(),
            "user_id": schema::id(),
            "course_id": schema::id(),
            "course_title": schema::text(),
            "completed_at": schema::time(),
            "issued_at": schema::time(),
        })
    },
    indexes: || vec![("code", doc! { "code": 1 })],
};

/// That somebody has completed a course. Whose name stands on it is asked of their account when it is shown.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// The certificate.
    #[serde(rename = "_id")]
    pub id: CertificateId,
    /// What it is checked by.
    pub code: String,
    /// Who completed the course.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// What it was called then.
    pub course_title: String,
    /// When they completed it.
    pub completed_at: Timestamp,
    /// When it was made out.
    pub issued_at: Timestamp,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Certificate in CERTIFICATES, id);
