//! Reviews.

use events::{RecordedEvent, ReviewChanged, ReviewEvent, ReviewWritten, StreamEvent as _};

use crate::Review;

impl Review {
    /// A new review.
    #[must_use]
    pub fn written(recorded: &RecordedEvent, written: &ReviewWritten, user_name: Option<String>) -> Self {
        Self {
            id: written.review_id,
            course_id: written.course_id,
            user_id: written.user_id,
            user_name,
            rating: written.rating,
            comment: written.comment.as_ref().and_then(|comment| comment.value().cloned()),
            created_at: recorded.time,
            updated_at: recorded.time,
            stale: false,
        }
    }

    /// Words it otherwise.
    pub fn change(&mut self, recorded: &RecordedEvent, changed: &ReviewChanged) {
        self.rating = changed.rating;
        self.comment = changed.comment.as_ref().and_then(|comment| comment.value().cloned());
        self.updated_at = recorded.time;
    }

    /// The review of a whole stream; none before it was written and after it was removed. What its writer is called the
    /// caller brings.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent], user_name: Option<&str>) -> Option<Self> {
        stream.iter().fold(None, |before: Option<Self>, recorded| match ReviewEvent::of(&recorded.event) {
            Some(ReviewEvent::ReviewWritten(written)) => {
                Some(Self::written(recorded, written, user_name.map(str::to_owned)))
            }
            Some(ReviewEvent::ReviewChanged(changed)) => before.map(|mut review| {
                review.change(recorded, changed);
                review
            }),
            Some(ReviewEvent::ReviewRemoved(_)) => None,
            None => before,
        })
    }
}
