//! A review is removed.

use events::{ReviewEvent, ReviewRemoved};

use super::{Review, WrittenReview};

/// Removes a review. Its writer may, also after leaving the course: it is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoveReview;

/// Why there is nothing to remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoveReviewError {
    /// There is no review.
    #[error("no review")]
    NotFound,
}

impl Review {
    /// Decides [`RemoveReview`].
    ///
    /// # Errors
    /// [`RemoveReviewError`] says which.
    pub fn remove(&self, RemoveReview: RemoveReview) -> Result<Vec<ReviewEvent>, RemoveReviewError> {
        let written = self.written.as_ref().ok_or(RemoveReviewError::NotFound)?;
        let WrittenReview { review_id, user_id, course_id, .. } = *written;
        Ok(vec![ReviewRemoved { review_id, user_id, course_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{review_removed, review_written};

    #[test]
    fn a_review_goes_once() {
        TestFramework::<Review>::with(())
            .given(vec![review_written(5, None)])
            .when(RemoveReview.into())
            .then_expect_events(vec![review_removed()]);
        for given in [Vec::new(), vec![review_written(5, None), review_removed()]] {
            TestFramework::<Review>::with(())
                .given(given)
                .when(RemoveReview.into())
                .then_expect_error(RemoveReviewError::NotFound.into());
        }
    }
}
