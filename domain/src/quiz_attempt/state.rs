//! What is known of a try at a quiz.

use events::{Fold, Percent, QuizAttemptEvent};
use serde::{Deserialize, Serialize};

/// Fold of the stream `quiz-attempt/<attempt id>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizAttempt {
    /// What it was worth; none until it was submitted, and it ends by that.
    pub outcome: Option<AttemptOutcome>,
}

/// What a try at a quiz was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptOutcome {
    /// Right answers over questions.
    pub score: Percent,
    /// Whether the score reaches what the quiz asks for.
    pub passed: bool,
}

impl Fold for QuizAttempt {
    type Event = QuizAttemptEvent;

    fn apply(&mut self, event: &QuizAttemptEvent) {
        match event {
            QuizAttemptEvent::QuizAttemptSubmitted(event) => {
                self.outcome = Some(AttemptOutcome { score: event.score, passed: event.passed });
            }
        }
    }
}
