//! Collection `course_instructors`: names of persons, the courses they teach and the reviews they wrote. Private to
//! projection `courses`, so that `instructor_name` and `user_name` follow the person without reading another
//! projection's collections.

use bson::doc;
use events::{CourseId, ReviewId, UserId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The lookup of persons. Written and read by projection `courses` only.
pub const COURSE_INSTRUCTORS: Collection = Collection {
    name: "course_instructors",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(),
            "first_name": schema::nullable(schema::text()),
            "last_name": schema::nullable(schema::text()),
            "course_ids": schema::list(schema::id()),
            "review_ids": schema::list(schema::id()),
        })
    },
    indexes: Vec::new,
};

/// What projection `courses` keeps of a person.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct CourseInstructor {
    /// The person.
    #[serde(rename = "_id")]
    pub id: UserId,
    /// First name; null when erased.
    pub first_name: Option<String>,
    /// Last name; null when erased.
    pub last_name: Option<String>,
    /// Their courses, in the order they were begun.
    pub course_ids: Vec<CourseId>,
    /// Their reviews, in the order they were written.
    #[serde(default)]
    pub review_ids: Vec<ReviewId>,
    /// Whether events about them are parked.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(CourseInstructor in COURSE_INSTRUCTORS, id);

impl CourseInstructor {
    /// What stands as `instructor_name` in their courses and `user_name` in their reviews; none when they were erased.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }
}

/// First and last name in one; what there is of them, none when there is nothing.
#[must_use]
pub fn full_name(first: Option<&str>, last: Option<&str>) -> Option<String> {
    match (first, last) {
        (Some(first), Some(last)) => Some(format!("{first} {last}")),
        (Some(name), None) | (None, Some(name)) => Some(name.to_owned()),
        (None, None) => None,
    }
}
