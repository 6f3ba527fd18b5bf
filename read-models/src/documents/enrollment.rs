//! Collection `enrollments`: who is in which course, and which lessons they have completed.
//!
//! The percentage is not stored. It depends on the lessons that the course has now, and a course with 10,000 learners
//! would rewrite as many documents whenever a lesson came or went. It comes out of `completed_lessons` and the lessons
//! of [`EnrollmentCourse`](super::EnrollmentCourse) when it is shown, so that it is exact whatever was replayed.

use bson::doc;
use events::{CourseId, EnrollmentId, LessonId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document, status_words};
use crate::Collection;
use crate::schema;

/// The collection of enrollments. Written by projection `enrollments`.
pub const ENROLLMENTS: Collection = Collection {
    name: "enrollments",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(),
            "user_id": schema::id(),
            "course_id": schema::id(),
            "status": schema::one_of(EnrollmentStatus::ALL.iter().map(|word| word.as_str())),
            "completed_lessons": schema::list(schema::id()),
            "last_accessed_lesson_id": schema::nullable(schema::id()),
            "enrolled_at": schema::time(),
            "completed_at": schema::nullable(schema::time()),
            "last_accessed_at": schema::time(),
            "version": schema::count(),
        })
    },
    indexes: || {
        vec![
            ("user_enrolled", doc! { "user_id": 1, "enrolled_at": -1, "_id": -1 }),
            ("user_status_enrolled", doc! { "user_id": 1, "status": 1, "enrolled_at": -1, "_id": -1 }),
            ("course_status", doc! { "course_id": 1, "status": 1 }),
        ]
    },
};

status_words! {
    /// How far somebody has come in a course.
    EnrollmentStatus {
        /// In it.
        Active = "active",
        /// Every lesson was completed once.
        Completed = "completed",
        /// They left.
        Dropped = "dropped",
    }
}

/// Somebody in a course.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Enrollment {
    /// The id of the pair.
    #[serde(rename = "_id")]
    pub id: EnrollmentId,
    /// Who learns.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// How far they are.
    pub status: EnrollmentStatus,
    /// Lessons they have completed, in the order they did; also those that are gone from the course.
    pub completed_lessons: Vec<LessonId>,
    /// The lesson they went on with last; null when none.
    pub last_accessed_lesson_id: Option<LessonId>,
    /// When they began.
    pub enrolled_at: Timestamp,
    /// When they had completed every lesson, the first time.
    pub completed_at: Option<Timestamp>,
    /// When they last enrolled or went on.
    pub last_accessed_at: Timestamp,
    /// Version of the stream.
    pub version: u64,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Enrollment in ENROLLMENTS, id);
