//! The questions of a quiz as their author wrote them.

use std::collections::BTreeSet;

use events::{Question, QuestionId};

use super::MAX_QUESTIONS;
use crate::values::{Explanation, Key, QuestionText, SourceText};

/// A question as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenQuestion {
    /// A new id, or that of the question it takes the place of.
    pub question_id: QuestionId,
    /// What is asked.
    pub question: QuestionText,
    /// What may be answered, and what is right.
    pub key: Key,
    /// Why it is right.
    pub explanation: Option<Explanation>,
    /// The sentence it was made from.
    pub source: Option<SourceText>,
}

/// Why questions are no quiz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionsError {
    /// There is none.
    #[error("a quiz has at least one question")]
    None,
    /// There are more than [`MAX_QUESTIONS`].
    #[error("a quiz has at most {MAX_QUESTIONS} questions")]
    TooMany,
    /// Two have one id.
    #[error("two questions have one id")]
    Repeated,
}

/// The questions as events have them.
pub(super) fn questions(written: Vec<WrittenQuestion>) -> Result<Vec<Question>, QuestionsError> {
    if written.is_empty() {
        return Err(QuestionsError::None);
    }
    if written.len() > MAX_QUESTIONS {
        return Err(QuestionsError::TooMany);
    }
    let ids: BTreeSet<QuestionId> = written.iter().map(|question| question.question_id).collect();
    if ids.len() < written.len() {
        return Err(QuestionsError::Repeated);
    }
    let question = |written: WrittenQuestion| Question {
        question_id: written.question_id,
        question: written.question.into_string(),
        answer_key: written.key.into_key(),
        explanation: written.explanation.map(Explanation::into_string),
        source: written.source.map(SourceText::into_string),
    };
    Ok(written.into_iter().map(question).collect())
}
