//! Collection `user_courses`: whose course it is, and whether it is published. Private to projection `users`, which
//! counts a person's courses by it and may not read the collections of projection `courses`.

use bson::doc;
use events::{CourseId, UserId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The lookup of courses. Written and read by projection `users` only.
pub const USER_COURSES: Collection = Collection {
    name: "user_courses",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(), "instructor_id": schema::id(), "published": schema::boolean(),
        })
    },
    indexes: Vec::new,
};

/// What projection `users` keeps of a course.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct UserCourse {
    /// The course.
    #[serde(rename = "_id")]
    pub id: CourseId,
    /// Whose it is.
    pub instructor_id: UserId,
    /// Whether it is in the catalogue.
    pub published: bool,
    /// Whether events about it are parked.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(UserCourse in USER_COURSES, id);
