//! What happens to a quiz.

use serde::{Deserialize, Serialize};

use crate::{CourseId, LessonId, Percent, QuestionId, QuizId, event::stream_events};

stream_events! {
    /// An event of the stream `quiz/<quiz id>`.
    QuizEvent on Quiz {
        /// A quiz was written.
        QuizCreated: 1 about [],
        /// It was written anew.
        QuizChanged: 1 about [],
        /// It is gone.
        QuizRemoved: 1 about [],
    }
}

/// A quiz was written; its version is 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuizCreated {
    /// The new quiz.
    pub quiz_id: QuizId,
    /// The course it is of.
    pub course_id: CourseId,
    /// The lesson that it completes; none when it stands by itself.
    pub lesson_id: Option<LessonId>,
    /// Title.
    pub title: String,
    /// The least score that passes.
    pub passing_score: Percent,
    /// The questions, in order.
    pub questions: Vec<Question>,
}

/// A quiz was written anew. Whole values: as they are after the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuizChanged {
    /// The quiz.
    pub quiz_id: QuizId,
    /// Counts the changes: the quiz as it was first written is 1.
    pub quiz_version: u32,
    /// Title.
    pub title: String,
    /// The least score that passes.
    pub passing_score: Percent,
    /// The questions, in order.
    pub questions: Vec<Question>,
}

/// A quiz is gone; the attempts at it stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuizRemoved {
    /// The quiz.
    pub quiz_id: QuizId,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Stable while the quiz changes around it.
    pub question_id: QuestionId,
    /// What is asked.
    pub question: String,
    /// What may be answered, and what is right.
    pub answer_key: AnswerKey,
    /// Why it is right; shown after an attempt.
    pub explanation: Option<String>,
    /// The sentence that the question was made from.
    pub source: Option<String>,
}

/// What may be answered to a question, and what is right. Choices are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum AnswerKey {
    /// One of several choices.
    Single {
        /// What may be chosen, in order.
        choices: Vec<String>,
        /// The right choice.
        answer_index: u32,
    },
    /// Any number of several choices.
    Multiple {
        /// What may be chosen, in order.
        choices: Vec<String>,
        /// The right choices, ascending.
        answer_indexes: Vec<u32>,
    },
    /// Yes or no.
    TrueFalse {
        /// What is right.
        answer: bool,
    },
    /// Words to fill in.
    Cloze {
        /// The accepted spellings.
        answers: Vec<String>,
    },
}
