//! Collection `entitlements`: the rights to courses that people hold, one document for each person. What a subscription
//! opens is resolved when it is asked for.

use bson::doc;
use events::{CourseId, GrantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document, status_words};
use crate::Collection;
use crate::schema;

/// The collection of rights. Written by projection `entitlements`.
pub const ENTITLEMENTS: Collection = Collection {
    name: "entitlements",
    schema: || {
        let grant = doc! {
            "_id": schema::id(),
            "course_id": schema::id(),
            "source": schema::one_of(EntitlementSource::ALL.iter().map(|source| source.as_str())),
            "since": schema::time(),
            "suspended": schema::boolean(),
        };
        schema::read_document(doc! { "_id": schema::id(), "grants": schema::list(schema::object(grant)) })
    },
    indexes: Vec::new,
};

/// The rights that a person holds.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Entitlements {
    /// Whose.
    #[serde(rename = "_id")]
    pub id: UserId,
    /// Those that live, in the order they were given.
    pub grants: Vec<Entitlement>,
    /// Whether events about them are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Entitlements in ENTITLEMENTS, id);

/// A right to open a course that lives.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Entitlement {
    /// The grant.
    #[serde(rename = "_id")]
    pub id: GrantId,
    /// The course.
    pub course_id: CourseId,
    /// Where it comes from.
    pub source: EntitlementSource,
    /// Since when.
    pub since: Timestamp,
    /// Whether it opens nothing for the time being.
    pub suspended: bool,
}

status_words! {
    /// Where a right comes from.
    EntitlementSource {
        /// They bought it.
        Purchase = "purchase",
        /// The course is free.
        Free = "free",
        /// An admin gave it.
        Admin = "admin",
    }
}
