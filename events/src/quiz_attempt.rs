//! What somebody answered to a quiz, and what it was worth.

use serde::{Deserialize, Serialize};

use crate::{AttemptId, CourseId, LessonId, Percent, Personal, QuestionId, QuizId, UserId, event::stream_events};

stream_events! {
    /// An event of the stream `quiz-attempt/<attempt id>`.
    QuizAttemptEvent on QuizAttempt {
        /// Somebody answered a quiz.
        QuizAttemptSubmitted: 1 about [user_id],
    }
}

/// Somebody answered a quiz; the server has scored it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuizAttemptSubmitted {
    /// The attempt.
    pub attempt_id: AttemptId,
    /// The quiz.
    pub quiz_id: QuizId,
    /// Which form of the quiz was answered.
    pub quiz_version: u32,
    /// The course it is of.
    pub course_id: CourseId,
    /// The lesson that the quiz completes.
    pub lesson_id: Option<LessonId>,
    /// Who answered.
    pub user_id: UserId,
    /// What was answered, in the order of the questions; what was left out is not there.
    pub answers: Vec<GivenAnswer>,
    /// Whether it was right: every question of the quiz, in order.
    pub results: Vec<QuestionResult>,
    /// Right answers over questions.
    pub score: Percent,
    /// Whether the score reaches what the quiz asks for.
    pub passed: bool,
}

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenAnswer {
    /// The question.
    pub question_id: QuestionId,
    /// The answer.
    pub answer: Answer,
}

/// What somebody answered. Choices are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// To a single choice.
    Single {
        /// The choice.
        index: u32,
    },
    /// To a multiple choice.
    Multiple {
        /// The choices, ascending, each once.
        indexes: Vec<u32>,
    },
    /// To a yes or no.
    TrueFalse {
        /// Yes or no.
        value: bool,
    },
    /// To words to fill in: in the learner's own words, and theirs.
    Cloze {
        /// What they wrote.
        text: Personal<String>,
    },
}

/// What an answer was worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionResult {
    /// The question.
    pub question_id: QuestionId,
    /// Whether the answer was there, and right.
    pub correct: bool,
}
