//! What is known of a review.

use events::{CourseId, Fold, Personal, ReviewChanged, ReviewEvent, ReviewId, ReviewWritten, UserId};
use serde::{Deserialize, Serialize};

/// Fold of the stream `review/<review id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The review; none before it was written and after it was removed.
    pub written: Option<WrittenReview>,
}

/// A review that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenReview {
    /// The review.
    pub review_id: ReviewId,
    /// Who wrote it.
    pub user_id: UserId,
    /// Of which course.
    pub course_id: CourseId,
    /// Stars, 1 to 5.
    pub rating: u8,
    /// In their own words.
    pub comment: Option<Personal<String>>,
}

impl Fold for Review {
    type Event = ReviewEvent;

    fn apply(&mut self, event: &ReviewEvent) {
        match event {
            ReviewEvent::ReviewWritten(ReviewWritten { review_id, user_id, course_id, rating, comment })
            | ReviewEvent::ReviewChanged(ReviewChanged { review_id, user_id, course_id, rating, comment }) => {
                self.written = Some(WrittenReview {
                    review_id: *review_id,
                    user_id: *user_id,
                    course_id: *course_id,
                    rating: *rating,
                    comment: comment.clone(),
                });
            }
            ReviewEvent::ReviewRemoved(_) => self.written = None,
        }
    }
}
