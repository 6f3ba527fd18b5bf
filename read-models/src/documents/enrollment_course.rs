//! Collection `enrollment_courses`: what the list of enrollments shows of a course, and the lessons it has now. Kept
//! by projection `enrollments`, which may not read the collections of projection `courses`.

use bson::doc;
use events::{CourseId, LessonId, Position};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The lookup of courses. Written by projection `enrollments` only, and read with its enrollments.
pub const ENROLLMENT_COURSES: Collection = Collection {
    name: "enrollment_courses",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(),
            "title": schema::text(),
            "image_url": schema::nullable(schema::text()),
            "lesson_ids": schema::list(schema::id()),
            "shrunk_at": schema::count(),
        })
    },
    indexes: || vec![("shrunk", doc! { "shrunk_at": 1 })],
};

/// What projection `enrollments` keeps of a course.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct EnrollmentCourse {
    /// The course.
    #[serde(rename = "_id")]
    pub id: CourseId,
    /// Title.
    pub title: String,
    /// Cover.
    pub image_url: Option<String>,
    /// The lessons it has now, at most 1,000, in the order they were put in.
    pub lesson_ids: Vec<LessonId>,
    /// Position of the event that last took lessons out of it, after which learners may have nothing left to do; 0 when
    /// none ever did.
    pub shrunk_at: Position,
    /// Whether events about it are parked.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(EnrollmentCourse in ENROLLMENT_COURSES, id);
