//! What a learner thinks of a course.

use serde::{Deserialize, Serialize};

use crate::{CourseId, Personal, ReviewId, UserId, event::stream_events};

stream_events! {
    /// An event of the stream `review/<review id>`.
    ReviewEvent on Review {
        /// Somebody reviewed a course.
        ReviewWritten: 1 about [user_id],
        /// They think otherwise.
        ReviewChanged: 1 about [user_id],
        /// The review is gone.
        ReviewRemoved: 1 about [user_id],
    }
}

/// Somebody reviewed a course, for the first time or after they had removed their review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewWritten {
    /// The review.
    pub review_id: ReviewId,
    /// Who wrote it.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// Stars, 1 to 5.
    pub rating: u8,
    /// In their own words.
    pub comment: Option<Personal<String>>,
}

/// Somebody thinks otherwise of a course. Whole values: as they are after the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewChanged {
    /// The review.
    pub review_id: ReviewId,
    /// Who wrote it.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// Stars, 1 to 5.
    pub rating: u8,
    /// In their own words.
    pub comment: Option<Personal<String>>,
}

/// A review is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewRemoved {
    /// The review.
    pub review_id: ReviewId,
    /// Who had written it.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
}
