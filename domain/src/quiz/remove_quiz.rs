//! A quiz is removed.

use events::{QuizEvent, QuizRemoved};

use super::Quiz;

/// Removes a quiz; the attempts at it stay. That its lesson has it no more is decided with it: see
/// [`AttachQuiz`](crate::course::AttachQuiz).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoveQuiz;

/// Why it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoveQuizError {
    /// There is no such quiz.
    #[error("no such quiz")]
    NotFound,
}

impl Quiz {
    /// Decides [`RemoveQuiz`].
    ///
    /// # Errors
    /// [`RemoveQuizError`] says which.
    pub fn remove(&self, RemoveQuiz: RemoveQuiz) -> Result<Vec<QuizEvent>, RemoveQuizError> {
        let details = self.details.as_ref().ok_or(RemoveQuizError::NotFound)?;
        Ok(vec![QuizRemoved { quiz_id: details.quiz_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{quiz_created, quiz_removed};

    #[test]
    fn a_quiz_goes_once() {
        TestFramework::<Quiz>::with(())
            .given(vec![quiz_created()])
            .when(RemoveQuiz.into())
            .then_expect_events(vec![quiz_removed()]);
        for events in [Vec::new(), vec![quiz_created(), quiz_removed()]] {
            TestFramework::<Quiz>::with(())
                .given(events)
                .when(RemoveQuiz.into())
                .then_expect_error(RemoveQuizError::NotFound.into());
        }
    }
}
