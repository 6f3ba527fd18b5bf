//! Collection `course_revenues`: what courses have brought in.

use bson::doc;
use events::{CourseId, Money};
use serde::{Deserialize, Serialize};

use super::transaction::money;
use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of revenues. Written by projection `transactions`.
pub const COURSE_REVENUES: Collection = Collection {
    name: "course_revenues",
    schema: || schema::read_document(doc! { "_id": schema::id(), "revenue": money() }),
    indexes: Vec::new,
};

/// What a course has brought in: what was paid for it, less what went back.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct CourseRevenue {
    /// The course.
    #[serde(rename = "_id")]
    pub id: CourseId,
    /// How much.
    pub revenue: Money,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(CourseRevenue in COURSE_REVENUES, id);
