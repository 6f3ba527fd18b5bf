//! Collection `quiz_attempts`: what was answered to quizzes, as far as it was right. The answers themselves, which may be
//! in the learner's own words, stay in the log.

use bson::doc;
use events::{AnswerKey, AttemptId, CourseId, Percent, QuestionId, QuizId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of attempts. Written by projection `quizzes`.
pub const QUIZ_ATTEMPTS: Collection = Collection {
    name: "quiz_attempts",
    schema: || {
        let right = doc! {
            "answer_index": schema::nullable(schema::count()),
            "answer_indexes": schema::nullable(schema::list(schema::count())),
            "answer": schema::nullable(schema::boolean()),
            "answers": schema::nullable(schema::list(schema::text())),
        };
        let result = doc! {
            "question_id": schema::id(),
            "correct": schema::boolean(),
            "right_answer": schema::object(right),
            "explanation": schema::nullable(schema::text()),
        };
        schema::read_document(doc! {
            "_id": schema::id(),
            "quiz_id": schema::id(),
            "quiz_version": schema::count(),
            "course_id": schema::id(),
            "user_id": schema::id(),
            "score": schema::count(),
            "passed": schema::boolean(),
            "results": schema::list(schema::object(result)),
            "submitted_at": schema::time(),
        })
    },
    indexes: || {
        vec![
            ("quiz_newest", doc! { "quiz_id": 1, "submitted_at": -1, "_id": -1 }),
            ("quiz_user_newest", doc! { "quiz_id": 1, "user_id": 1, "submitted_at": -1, "_id": -1 }),
            ("quiz_best", doc! { "quiz_id": 1, "score": -1 }),
            ("user_newest", doc! { "user_id": 1, "submitted_at": -1, "_id": -1 }),
        ]
    },
};

/// An attempt at a quiz, as it was scored: nothing changes it any more.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct QuizAttempt {
    /// The attempt.
    #[serde(rename = "_id")]
    pub id: AttemptId,
    /// The quiz.
    pub quiz_id: QuizId,
    /// Which form of the quiz was answered.
    pub quiz_version: u32,
    /// The quiz's course.
    pub course_id: CourseId,
    /// Who answered.
    pub user_id: UserId,
    /// Right answers over questions.
    pub score: Percent,
    /// Whether that is enough.
    pub passed: bool,
    /// Every question of the quiz, in order.
    pub results: Vec<AttemptResult>,
    /// When.
    pub submitted_at: Timestamp,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(QuizAttempt in QUIZ_ATTEMPTS, id);

/// What an answer was worth, and what would have been right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptResult {
    /// The question.
    pub question_id: QuestionId,
    /// Whether the answer was there, and right.
    pub correct: bool,
    /// What is right.
    pub right_answer: RightAnswer,
    /// Why it is right.
    pub explanation: Option<String>,
}

/// What is right: one of the four, by the question's type. Choices are counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightAnswer {
    /// Of a single choice.
    pub answer_index: Option<u32>,
    /// Of a multiple choice, ascending.
    pub answer_indexes: Option<Vec<u32>>,
    /// Of a yes or no.
    pub answer: Option<bool>,
    /// Of words to fill in: the accepted spellings.
    pub answers: Option<Vec<String>>,
}

impl RightAnswer {
    /// What a question's key says.
    #[must_use]
    pub fn of(key: &AnswerKey) -> Self {
        match key {
            AnswerKey::Single { answer_index, .. } => Self { answer_index: Some(*answer_index), ..Self::default() },
            AnswerKey::Multiple { answer_indexes, .. } => {
                Self { answer_indexes: Some(answer_indexes.clone()), ..Self::default() }
            }
            AnswerKey::TrueFalse { answer } => Self { answer: Some(*answer), ..Self::default() },
            AnswerKey::Cloze { answers } => Self { answers: Some(answers.clone()), ..Self::default() },
        }
    }
}
