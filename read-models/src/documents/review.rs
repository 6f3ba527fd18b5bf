//! Collection `reviews`: what learners think of courses.

use bson::doc;
use events::{CourseId, ReviewId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of reviews. Written by projection `courses`.
pub const REVIEWS: Collection = Collection {
    name: "reviews",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(),
            "course_id": schema::id(),
            "user_id": schema::id(),
            "user_name": schema::nullable(schema::text()),
            "rating": schema::count(),
            "comment": schema::nullable(schema::text()),
            "created_at": schema::time(),
            "updated_at": schema::time(),
        })
    },
    indexes: || {
        vec![
            ("course_newest", doc! { "course_id": 1, "created_at": -1, "_id": -1 }),
            ("user_newest", doc! { "user_id": 1, "created_at": -1, "_id": -1 }),
        ]
    },
};

/// What a learner thinks of a course. When they are erased their stars go on counting, and nothing else is left of it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// The review.
    #[serde(rename = "_id")]
    pub id: ReviewId,
    /// Of which course.
    pub course_id: CourseId,
    /// Who wrote it.
    pub user_id: UserId,
    /// What they are called; null when they were erased.
    pub user_name: Option<String>,
    /// 1 to 5 stars.
    pub rating: u8,
    /// In their own words; null when they used none, or were erased.
    pub comment: Option<String>,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Review in REVIEWS, id);
