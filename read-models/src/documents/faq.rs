//! Collection `faq`: the questions that are answered on the pages of courses.

use bson::doc;
use events::{CourseId, FaqId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of answered questions. Written by projection `courses`.
pub const FAQ: Collection = Collection {
    name: "faq",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(),
            "course_id": schema::id(),
            "question": schema::text(),
            "answer": schema::text(),
            "created_at": schema::time(),
        })
    },
    indexes: || vec![("course_newest", doc! { "course_id": 1, "created_at": -1, "_id": -1 })],
};

/// A question that is answered for everyone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Faq {
    /// The entry.
    #[serde(rename = "_id")]
    pub id: FaqId,
    /// Its course.
    pub course_id: CourseId,
    /// Question.
    pub question: String,
    /// Answer.
    pub answer: String,
    /// When it was first answered.
    pub created_at: Timestamp,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Faq in FAQ, id);
