//! Reviews: one of each learner for each course.

mod state;

#[cfg(feature = "decide")]
mod remove_review;
#[cfg(feature = "decide")]
mod write_review;

pub use state::{Review, WrittenReview};

#[cfg(feature = "decide")]
pub use {
    remove_review::{RemoveReview, RemoveReviewError},
    write_review::{WriteReview, WriteReviewError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Review, ReviewCommand, ReviewError {
        WriteReview(WriteReviewError) by write,
        RemoveReview(RemoveReviewError) by remove,
    }
}
