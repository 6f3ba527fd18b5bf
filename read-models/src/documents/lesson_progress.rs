//! Collection `lesson_progress`: how far learners are with the lessons they have begun.

use bson::doc;
use events::{CourseId, LessonId, LessonProgressId, LessonStatus, Percent, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of progress in lessons. Written by projection `enrollments`.
pub const LESSON_PROGRESS: Collection = Collection {
    name: "lesson_progress",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(),
            "user_id": schema::id(),
            "lesson_id": schema::id(),
            "course_id": schema::id(),
            "status": schema::one_of(LessonStatus::ALL.iter().map(|word| word.as_str())),
            "time_spent_seconds": schema::count(),
            "quiz_score": schema::nullable(schema::count()),
            "created_at": schema::time(),
            "updated_at": schema::time(),
        })
    },
    indexes: || vec![("user_course_newest", doc! { "user_id": 1, "course_id": 1, "created_at": -1, "_id": -1 })],
};

/// How far somebody is with a lesson; kept when they leave the course, and when the lesson is taken out of it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct LessonProgress {
    /// The id of the pair.
    #[serde(rename = "_id")]
    pub id: LessonProgressId,
    /// Who learns.
    pub user_id: UserId,
    /// The lesson.
    pub lesson_id: LessonId,
    /// Its course.
    pub course_id: CourseId,
    /// How far they are.
    pub status: LessonStatus,
    /// All the time they have spent on it.
    pub time_spent_seconds: u64,
    /// What its quiz was worth, in hundredths of a percent; null when it was not taken.
    pub quiz_score: Option<Percent>,
    /// When they began it.
    pub created_at: Timestamp,
    /// When they last went on with it.
    pub updated_at: Timestamp,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(LessonProgress in LESSON_PROGRESS, id);
