//! Tries at a quiz: one stream each, so that none is lost and none is changed.

mod state;

#[cfg(feature = "decide")]
mod submit_attempt;

pub use state::{AttemptOutcome, QuizAttempt};

#[cfg(feature = "decide")]
pub use submit_attempt::{SubmitAttempt, SubmitAttemptError};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    QuizAttempt, QuizAttemptCommand, QuizAttemptError {
        SubmitAttempt(SubmitAttemptError) by submit,
    }
}
