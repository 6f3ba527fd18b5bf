//! Quizzes of a course. Who may write one is for the course to say: [`Course::editable_by`](crate::Course::editable_by).

mod state;

#[cfg(feature = "decide")]
mod change_quiz;
#[cfg(feature = "decide")]
mod create_quiz;
#[cfg(feature = "decide")]
mod remove_quiz;
#[cfg(feature = "decide")]
mod scoring;
#[cfg(feature = "decide")]
mod written;

pub use state::{MAX_QUESTIONS, Quiz, QuizDetails};

#[cfg(feature = "decide")]
pub use {
    change_quiz::{ChangeQuiz, ChangeQuizError},
    create_quiz::{CreateQuiz, CreateQuizError},
    remove_quiz::{RemoveQuiz, RemoveQuizError},
    scoring::{AnswerError, AnswerFault, AnswerValue, Scored, SubmittedAnswer, score},
    written::{QuestionsError, WrittenQuestion},
};

#[cfg(feature = "decide")]
pub(crate) use scoring::as_set;

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Quiz, QuizCommand, QuizError {
        CreateQuiz(CreateQuizError) by create,
        ChangeQuiz(ChangeQuizError) by change,
        RemoveQuiz(RemoveQuizError) by remove,
    }
}
