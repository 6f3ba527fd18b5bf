//! Somebody answers a quiz.

use events::{Answer, AttemptId, GivenAnswer, Personal, QuestionId, QuizAttemptEvent, QuizAttemptSubmitted, UserId};

use super::QuizAttempt;
use crate::quiz::{AnswerError, AnswerValue, QuizDetails, SubmittedAnswer, score};

/// Answers a quiz, as often as they like. That the course is open to them is asked before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmitAttempt {
    /// A new id.
    pub attempt_id: AttemptId,
    /// Who answers.
    pub user_id: UserId,
    /// The quiz as it is.
    pub quiz: QuizDetails,
    /// The answers, in any order.
    pub answers: Vec<SubmittedAnswer>,
}

/// Why nothing was scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitAttemptError {
    /// The id was not new.
    #[error("this attempt was submitted already")]
    AlreadySubmitted,
    /// An answer answers nothing.
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

impl QuizAttempt {
    /// Decides [`SubmitAttempt`].
    ///
    /// # Errors
    /// [`SubmitAttemptError`] says which.
    pub fn submit(&self, command: SubmitAttempt) -> Result<Vec<QuizAttemptEvent>, SubmitAttemptError> {
        if self.outcome.is_some() {
            return Err(SubmitAttemptError::AlreadySubmitted);
        }
        let (quiz, user_id) = (command.quiz, command.user_id);
        let scored = score(&quiz.questions, command.answers)?;
        let event = QuizAttemptSubmitted {
            attempt_id: command.attempt_id,
            quiz_id: quiz.quiz_id,
            quiz_version: quiz.quiz_version,
            course_id: quiz.course_id,
            lesson_id: quiz.lesson_id,
            user_id,
            answers: scored.answers.into_iter().map(|(id, answer)| given(id, answer, user_id)).collect(),
            results: scored.results,
            score: scored.score,
            passed: scored.score >= quiz.passing_score,
        };
        Ok(vec![event.into()])
    }
}

/// An answer as events have it: words are the learner's own.
fn given(question_id: QuestionId, answer: AnswerValue, user_id: UserId) -> GivenAnswer {
    let answer = match answer {
        AnswerValue::Index(index) => Answer::Single { index },
        AnswerValue::Indexes(indexes) => Answer::Multiple { indexes: crate::quiz::as_set(&indexes) },
        AnswerValue::Truth(value) => Answer::TrueFalse { value },
        AnswerValue::Text(text) => Answer::Cloze { text: Personal::new(user_id, text.into_string()) },
    };
    GivenAnswer { question_id, answer }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::{Fold, Percent, QuestionResult};
    use uuid::Uuid;

    use super::*;
    use crate::fixtures::{course_id, lesson_id, personal, question_id, quiz_changed, quiz_created, quiz_id, user_id};
    use crate::quiz::{AnswerFault, Quiz};
    use crate::values::ChoiceText;

    fn attempt_id() -> AttemptId {
        AttemptId::new(Uuid::from_u128(0xA7))
    }

    fn submit(answers: Vec<(u128, AnswerValue)>) -> SubmitAttempt {
        let mut quiz = Quiz::default();
        quiz.apply(&quiz_created());
        quiz.apply(&quiz_changed(2, "Autre titre"));
        let answer = |(n, answer)| SubmittedAnswer { question_id: question_id(n), answer: Some(answer) };
        SubmitAttempt {
            attempt_id: attempt_id(),
            user_id: user_id(5),
            quiz: quiz.details.unwrap(),
            answers: answers.into_iter().map(answer).collect(),
        }
    }

    fn three_right() -> Vec<(u128, AnswerValue)> {
        vec![
            (4, AnswerValue::Text(ChoiceText::parse("Sigma").unwrap())),
            (2, AnswerValue::Indexes(vec![2, 0, 2])),
            (1, AnswerValue::Index(1)),
            (3, AnswerValue::Truth(false)),
        ]
    }

    fn submitted() -> QuizAttemptEvent {
        let answers = [
            (1, Answer::Single { index: 1 }),
            (2, Answer::Multiple { indexes: vec![0, 2] }),
            (3, Answer::TrueFalse { value: false }),
            (4, Answer::Cloze { text: personal(5, "Sigma") }),
        ];
        let results = [(1, true), (2, true), (3, false), (4, true)];
        QuizAttemptSubmitted {
            attempt_id: attempt_id(),
            quiz_id: quiz_id(),
            quiz_version: 2,
            course_id: course_id(),
            lesson_id: Some(lesson_id(1)),
            user_id: user_id(5),
            answers: answers.map(|(n, answer)| GivenAnswer { question_id: question_id(n), answer }).to_vec(),
            results: results.map(|(n, correct)| QuestionResult { question_id: question_id(n), correct }).to_vec(),
            score: Percent::of(3, 4),
            passed: true,
        }
        .into()
    }

    #[test]
    fn an_attempt_is_scored_and_kept_whole() {
        TestFramework::<QuizAttempt>::with(())
            .given_no_previous_events()
            .when(submit(three_right()).into())
            .then_expect_events(vec![submitted()]);
    }

    #[test]
    fn the_passing_score_itself_passes() {
        for (hundredths, passed) in [(7_499, true), (7_500, true), (7_501, false)] {
            let mut command = submit(three_right());
            command.quiz.passing_score = Percent::from_hundredths(hundredths).unwrap();
            let QuizAttemptEvent::QuizAttemptSubmitted(event) =
                QuizAttempt::default().submit(command).unwrap().remove(0);
            assert_eq!(event.passed, passed, "{hundredths}");
        }
    }

    #[test]
    fn what_answers_nothing_and_what_is_over_is_refused() {
        let unknown = AnswerError { place: 0, fault: AnswerFault::UnknownQuestion };
        for (events, answers, error) in [
            (Vec::new(), vec![(9, AnswerValue::Index(1))], SubmitAttemptError::Answer(unknown)),
            (vec![submitted()], three_right(), SubmitAttemptError::AlreadySubmitted),
        ] {
            TestFramework::<QuizAttempt>::with(())
                .given(events)
                .when(submit(answers).into())
                .then_expect_error(error.into());
        }
    }
}
