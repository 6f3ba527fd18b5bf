//! What happens to a learner in a course.

use serde::{Deserialize, Serialize};

use crate::{
    CourseId, EnrollmentId, EnrollmentSource, LessonId, LessonStatus, Percent, Timestamp, UserId, event::stream_events,
};

stream_events! {
    /// An event of the stream `enrollment/<enrollment id>`.
    EnrollmentEvent on Enrollment {
        /// Somebody began a course.
        LearnerEnrolled: 1 about [user_id],
        /// They are in it again.
        EnrollmentResumed: 1 about [user_id],
        /// They went on with a lesson.
        LessonProgressRecorded: 1 about [user_id],
        /// They have completed every lesson.
        CourseCompleted: 1 about [user_id],
        /// They left.
        EnrollmentDropped: 1 about [user_id],
    }
}

/// Somebody began a course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnerEnrolled {
    /// The enrollment.
    pub enrollment_id: EnrollmentId,
    /// Who learns.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// By what right.
    pub source: EnrollmentSource,
}

/// Who had left a course is in it again, as far as they had come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrollmentResumed {
    /// The enrollment.
    pub enrollment_id: EnrollmentId,
    /// Who learns.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// By what right, this time.
    pub source: EnrollmentSource,
}

/// Somebody went on with a lesson. Whole values: as they are after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonProgressRecorded {
    /// The enrollment.
    pub enrollment_id: EnrollmentId,
    /// Who learns.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// The lesson.
    pub lesson_id: LessonId,
    /// How far they are with it.
    pub status: LessonStatus,
    /// All the time they have spent on it.
    pub time_spent_seconds: u64,
    /// What its quiz was worth: the best attempt, or what the client says of a quiz that is not with the academy.
    pub quiz_score: Option<Percent>,
}

/// Somebody has completed every lesson there was. It is never undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseCompleted {
    /// The enrollment.
    pub enrollment_id: EnrollmentId,
    /// Who learns.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// When.
    pub completed_at: Timestamp,
}

/// Somebody left a course; how far they had come is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrollmentDropped {
    /// The enrollment.
    pub enrollment_id: EnrollmentId,
    /// Who learns.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
}
