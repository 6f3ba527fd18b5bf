//! Collection `grants`: the rights to open courses, those that ended too. What opens is never decided by it: that is
//! asked of the log.

use bson::doc;
use events::{CourseId, GrantId, Timestamp, TransactionId, UserId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document, status_words};
use crate::Collection;
use crate::schema;

/// The collection of grants. Written by projection `entitlements`.
pub const GRANTS: Collection = Collection {
    name: "grants",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(),
            "user_id": schema::id(),
            "course_id": schema::id(),
            "source": schema::one_of(GrantKind::ALL.iter().map(|word| word.as_str())),
            "transaction_id": schema::nullable(schema::id()),
            "suspended": schema::boolean(),
            "created_at": schema::time(),
            "revoked_at": schema::nullable(schema::time()),
        })
    },
    indexes: || vec![("user_course", doc! { "user_id": 1, "course_id": 1 })],
};

status_words! {
    /// Where a right to open a course comes from.
    GrantKind {
        /// They bought it.
        Purchase = "purchase",
        /// The course is free.
        Free = "free",
        /// An admin gave it.
        Admin = "admin",
    }
}

/// A right to open a course. An admin's reason for it is not here: it is personal, and in the log.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// The grant.
    #[serde(rename = "_id")]
    pub id: GrantId,
    /// To whom the course opens.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// Where it comes from.
    pub source: GrantKind,
    /// The payment that it comes from; null for others.
    pub transaction_id: Option<TransactionId>,
    /// Whether it opens nothing for the time being.
    pub suspended: bool,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it ended; null while it lives.
    pub revoked_at: Option<Timestamp>,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Grant in GRANTS, id);
