//! What the refusals of commands to quizzes mean to a caller.

use domain::quiz::{
    AnswerError, AnswerFault, ChangeQuizError, CreateQuizError, QuestionsError, QuizError, RemoveQuizError,
};
use domain::quiz_attempt::{QuizAttemptError, SubmitAttemptError};
use service_kit::http::ApiError;

use super::Refusal;

refusals! {
    QuestionsError {
        None => ApiError::invalid("questions", "too_few_items"),
        TooMany => ApiError::invalid("questions", "too_many_items"),
        Repeated => ApiError::invalid("questions", "duplicate"),
    }
    RemoveQuizError { NotFound => ApiError::not_found(), }
}

impl From<CreateQuizError> for Refusal {
    fn from(error: CreateQuizError) -> Self {
        match error {
            CreateQuizError::AlreadyCreated => ApiError::conflict().into(),
            CreateQuizError::Questions(error) => error.into(),
        }
    }
}

impl From<ChangeQuizError> for Refusal {
    fn from(error: ChangeQuizError) -> Self {
        match error {
            ChangeQuizError::NotFound => ApiError::not_found().into(),
            ChangeQuizError::Questions(error) => error.into(),
        }
    }
}

impl From<SubmitAttemptError> for Refusal {
    fn from(error: SubmitAttemptError) -> Self {
        match error {
            SubmitAttemptError::AlreadySubmitted => ApiError::conflict().into(),
            SubmitAttemptError::Answer(AnswerError { place, fault }) => {
                let (field, code) = match fault {
                    AnswerFault::UnknownQuestion => ("question_id", "invalid"),
                    AnswerFault::RepeatedQuestion => ("question_id", "duplicate"),
                    AnswerFault::WrongType => ("answer", "invalid"),
                    AnswerFault::UnknownChoice => ("answer", "out_of_range"),
                };
                ApiError::invalid(format!("answers[{place}].{field}"), code).into()
            }
        }
    }
}

sums! {
    QuizError { CreateQuiz, ChangeQuiz, RemoveQuiz, }
    QuizAttemptError { SubmitAttempt, }
}
