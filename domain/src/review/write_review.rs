//! A learner says what they think of a course, or that they think otherwise.

use events::{CourseId, Personal, ReviewChanged, ReviewEvent, ReviewId, ReviewWritten, UserId};

use super::Review;
use crate::values::{Comment, Rating};

/// Writes a review, or writes it anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteReview {
    /// Who.
    pub user_id: UserId,
    /// Of which course.
    pub course_id: CourseId,
    /// Whether they are in the course: enrolled, and not dropped.
    pub is_enrolled: bool,
    /// Stars.
    pub rating: Rating,
    /// In their own words.
    pub comment: Option<Comment>,
}

/// Why nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteReviewError {
    /// Only who is in the course may judge it.
    #[error("they are not enrolled")]
    NotEnrolled,
}

impl Review {
    /// Decides [`WriteReview`]. The same words again are no event.
    ///
    /// # Errors
    /// [`WriteReviewError`] says which.
    pub fn write(&self, command: WriteReview) -> Result<Vec<ReviewEvent>, WriteReviewError> {
        if !command.is_enrolled {
            return Err(WriteReviewError::NotEnrolled);
        }
        let (user_id, course_id, rating) = (command.user_id, command.course_id, command.rating.get());
        let comment = command.comment.map(|comment| Personal::new(user_id, comment.into_string()));
        Ok(match &self.written {
            None => {
                let review_id = ReviewId::of(user_id, course_id);
                vec![ReviewWritten { review_id, user_id, course_id, rating, comment }.into()]
            }
            Some(written) if written.rating == rating && written.comment == comment => Vec::new(),
            Some(written) => {
                let review_id = written.review_id;
                vec![ReviewChanged { review_id, user_id, course_id, rating, comment }.into()]
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{course_id, review_changed, review_removed, review_written, user_id};

    fn write(rating: i64, comment: Option<&str>) -> WriteReview {
        WriteReview {
            user_id: user_id(5),
            course_id: course_id(),
            is_enrolled: true,
            rating: Rating::parse(rating).unwrap(),
            comment: comment.map(|text| Comment::parse(text).unwrap()),
        }
    }

    #[test]
    fn a_review_is_written_changed_and_after_its_end_written_again() {
        let first = || review_written(5, Some("Très clair"));
        for (given, command, expected) in [
            (Vec::new(), write(5, Some("Très clair")), vec![first()]),
            (vec![first()], write(4, Some("Très clair")), vec![review_changed(4, Some("Très clair"))]),
            (vec![first()], write(5, None), vec![review_changed(5, None)]),
            (vec![first()], write(5, Some("Très clair")), Vec::new()),
            (
                vec![first(), review_changed(3, None)],
                write(5, Some("Très clair")),
                vec![review_changed(5, Some("Très clair"))],
            ),
            (vec![first(), review_removed()], write(5, Some("Très clair")), vec![first()]),
        ] {
            TestFramework::<Review>::with(()).given(given).when(command.into()).then_expect_events(expected);
        }
    }

    #[test]
    fn only_who_is_in_the_course_judges_it() {
        for given in [Vec::new(), vec![review_written(5, None)]] {
            TestFramework::<Review>::with(())
                .given(given)
                .when(WriteReview { is_enrolled: false, ..write(1, None) }.into())
                .then_expect_error(WriteReviewError::NotEnrolled.into());
        }
    }
}
