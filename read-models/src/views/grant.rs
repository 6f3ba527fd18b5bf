//! Rights to open courses, in answers.

use event_log::LogError;
use events::{CourseId, GrantId, Timestamp, UserId};
use mongodb::Database;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi;
use super::snapshot::load_one;
use crate::{Grant, GrantKind};

/// A right to open a course, as admins see it. Not `Debug`: the reason is personal.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Grant)]
pub struct GrantView {
    /// The grant.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: GrantId,
    /// To whom the course opens.
    #[schema(schema_with = openapi::id)]
    pub user_id: UserId,
    /// The course.
    #[schema(schema_with = openapi::id)]
    pub course_id: CourseId,
    /// Where it comes from.
    #[schema(value_type = String, example = "admin")]
    pub source: GrantKind,
    /// Why an admin gave it; null for other grants, and when the person was erased.
    pub reason: Option<String>,
    /// When it was given.
    #[schema(schema_with = openapi::time)]
    pub created_at: Timestamp,
    /// When it ended; null while it lives.
    #[schema(schema_with = openapi::nullable_time)]
    pub revoked_at: Option<Timestamp>,
}

impl GrantView {
    /// A grant with its reason.
    #[must_use]
    pub fn new(grant: Grant, reason: Option<String>) -> Self {
        let Grant { id, user_id, course_id, source, created_at, revoked_at, .. } = grant;
        Self { id, user_id, course_id, source, reason, created_at, revoked_at }
    }
}

/// A grant; none when it is not there (yet).
///
/// # Errors
/// [`LogError`], see [`super::read_at_once`].
pub async fn load_grant(database: &Database, id: GrantId) -> Result<Option<Grant>, LogError> {
    load_one(database, id).await
}
