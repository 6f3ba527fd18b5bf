//! A quiz is written anew.

use events::{QuizChanged, QuizEvent};

use super::{QuestionsError, Quiz, WrittenQuestion, written::questions};
use crate::values::{Score, ShortTitle};

/// Writes a quiz anew. What is none stays as it is; attempts keep what they were worth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeQuiz {
    /// Title.
    pub title: Option<ShortTitle>,
    /// The least score that passes.
    pub passing_score: Option<Score>,
    /// All the questions, in order.
    pub questions: Option<Vec<WrittenQuestion>>,
}

/// Why the quiz stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeQuizError {
    /// There is no such quiz.
    #[error("no such quiz")]
    NotFound,
    /// The questions are no quiz.
    #[error(transparent)]
    Questions(#[from] QuestionsError),
}

impl Quiz {
    /// Decides [`ChangeQuiz`]. What changes nothing is no event.
    ///
    /// # Errors
    /// [`ChangeQuizError`] says which.
    pub fn change(&self, command: ChangeQuiz) -> Result<Vec<QuizEvent>, ChangeQuizError> {
        let details = self.details.as_ref().ok_or(ChangeQuizError::NotFound)?;
        let questions = match command.questions {
            Some(written) => questions(written)?,
            None => details.questions.to_vec(),
        };
        let event = QuizChanged {
            quiz_id: details.quiz_id,
            quiz_version: details.quiz_version.saturating_add(1),
            title: command.title.map_or_else(|| details.title.clone(), ShortTitle::into_string),
            passing_score: command.passing_score.map_or(details.passing_score, Score::percent),
            questions,
        };
        let is_same = event.title == details.title
            && event.passing_score == details.passing_score
            && event.questions == *details.questions;
        Ok(if is_same { Vec::new() } else { vec![event.into()] })
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{question, quiz_changed, quiz_created, quiz_id, quiz_removed, written_question};

    fn title(text: &str) -> ChangeQuiz {
        ChangeQuiz { title: Some(ShortTitle::parse(text).unwrap()), ..ChangeQuiz::default() }
    }

    #[test]
    fn each_change_raises_the_version() {
        TestFramework::<Quiz>::with(())
            .given(vec![quiz_created()])
            .when(title("Autre titre").into())
            .then_expect_events(vec![quiz_changed(2, "Autre titre")]);
        TestFramework::<Quiz>::with(())
            .given(vec![quiz_created(), quiz_changed(2, "Autre titre")])
            .when(title("Quiz").into())
            .then_expect_events(vec![quiz_changed(3, "Quiz")]);
    }

    #[test]
    fn questions_and_score_are_replaced_whole() {
        let command = ChangeQuiz {
            passing_score: Some(Score::parse("75.5").unwrap()),
            questions: Some(vec![written_question(3), written_question(9)]),
            title: None,
        };
        let changed = QuizChanged {
            quiz_id: quiz_id(),
            quiz_version: 2,
            title: "Quiz".to_owned(),
            passing_score: Score::parse("75.5").unwrap().percent(),
            questions: vec![question(3), question(9)],
        };
        TestFramework::<Quiz>::with(())
            .given(vec![quiz_created()])
            .when(command.into())
            .then_expect_events(vec![changed.into()]);
    }

    #[test]
    fn what_changes_nothing_is_no_event() {
        let same = ChangeQuiz {
            passing_score: Some(Score::default_passing()),
            questions: Some([1, 2, 3, 4].map(written_question).to_vec()),
            ..title("Quiz")
        };
        for command in [same, ChangeQuiz::default()] {
            TestFramework::<Quiz>::with(())
                .given(vec![quiz_created()])
                .when(command.into())
                .then_expect_events(Vec::new());
        }
    }

    #[test]
    fn what_is_not_there_or_no_quiz_is_refused() {
        let empty = ChangeQuiz { questions: Some(Vec::new()), ..ChangeQuiz::default() };
        for (events, command, error) in [
            (Vec::new(), title("Autre"), ChangeQuizError::NotFound),
            (vec![quiz_created(), quiz_removed()], title("Autre"), ChangeQuizError::NotFound),
            (vec![quiz_created()], empty, QuestionsError::None.into()),
        ] {
            TestFramework::<Quiz>::with(()).given(events).when(command.into()).then_expect_error(error.into());
        }
    }
}
