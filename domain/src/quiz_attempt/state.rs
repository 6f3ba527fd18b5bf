//! What is known of a try at a quiz.

use events::{Fold, QuizAttemptEvent};
use serde::{Deserialize, Serialize};

/// Fold of the stream `quiz-attempt/<attempt id>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizAttempt {
    /// Whether it was submitted; it ends by that.
    pub submitted: bool,
}

impl Fold for QuizAttempt {
    type Event = QuizAttemptEvent;

    fn apply(&mut self, event: &QuizAttemptEvent) {
        match event {
            QuizAttemptEvent::QuizAttemptSubmitted(_) => self.submitted = true,
        }
    }
}
