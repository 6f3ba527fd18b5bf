//! Quizzes in answers: the questions for whom the course is open to, their answers for who writes it.

use events::{AnswerKey, AttemptId, CourseId, LessonId, Question, QuestionId, QuizId, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Audience, is_false, openapi};
use crate::{AttemptResult, QuestionType, Quiz, QuizAttempt, RightAnswer};

/// A quiz.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Quiz)]
pub struct QuizView {
    /// The quiz.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: QuizId,
    /// Its course.
    #[schema(schema_with = openapi::id)]
    pub course_id: CourseId,
    /// The lesson that it completes; null when it stands by itself.
    #[schema(schema_with = openapi::nullable_id)]
    pub lesson_id: Option<LessonId>,
    /// Title.
    pub title: String,
    /// The least score that passes, in percent.
    pub passing_score: f64,
    /// Counts the forms it had; the first is 1.
    pub version: u32,
    /// The questions, in order.
    pub questions: Vec<QuestionView>,
    /// `true` when the read side could not follow the log for this quiz; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl QuizView {
    /// A quiz that goes with this lesson, as an audience sees it.
    #[must_use]
    pub fn new(quiz: Quiz, lesson_id: Option<LessonId>, audience: Audience) -> Self {
        Self {
            id: quiz.id,
            course_id: quiz.course_id,
            lesson_id,
            title: quiz.title,
            passing_score: quiz.passing_score.value(),
            version: quiz.version,
            questions: quiz.questions.into_iter().map(|question| QuestionView::new(question, audience)).collect(),
            stale: quiz.stale,
        }
    }
}

/// A question. Choices are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Question)]
pub struct QuestionView {
    /// The question.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: QuestionId,
    /// How it is answered.
    #[serde(rename = "type")]
    #[schema(schema_with = openapi::question_type)]
    pub question_type: QuestionType,
    /// What is asked.
    pub question: String,
    /// What may be chosen, in order; null when there is nothing to choose from.
    pub choices: Option<Vec<String>>,
    /// The answer; to learners it is absent.
    #[serde(flatten)]
    pub solution: Option<SolutionView>,
}

/// What only who writes the quiz may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Solution)]
pub struct SolutionView {
    /// What is right.
    #[serde(flatten)]
    pub right: RightAnswerView,
    /// Why.
    pub explanation: Option<String>,
    /// The sentence that the question was made from. It may well hold the answer.
    pub source: Option<String>,
}

/// What is right: one of the four, by the question's type; the others are null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RightAnswer)]
pub struct RightAnswerView {
    /// The right choice of a single one.
    pub answer_index: Option<u32>,
    /// The right choices of several, ascending.
    pub answer_indexes: Option<Vec<u32>>,
    /// Whether it is true.
    pub answer: Option<bool>,
    /// The accepted spellings of what fills the gap.
    pub answers: Option<Vec<String>>,
}

impl From<RightAnswer> for RightAnswerView {
    fn from(right: RightAnswer) -> Self {
        let RightAnswer { answer_index, answer_indexes, answer, answers } = right;
        Self { answer_index, answer_indexes, answer, answers }
    }
}

impl QuestionView {
    fn new(question: Question, audience: Audience) -> Self {
        let Question { question_id, question, answer_key, explanation, source } = question;
        let solution = match audience {
            Audience::Owner => Some(SolutionView { right: RightAnswer::of(&answer_key).into(), explanation, source }),
            Audience::Everyone => None,
        };
        let question_type = QuestionType::of(&answer_key);
        let choices = match answer_key {
            AnswerKey::Single { choices, .. } | AnswerKey::Multiple { choices, .. } => Some(choices),
            AnswerKey::TrueFalse { .. } | AnswerKey::Cloze { .. } => None,
        };
        Self { id: question_id, question_type, question, choices, solution }
    }
}

/// An attempt at a quiz, with what would have been right.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = QuizAttempt)]
pub struct AttemptView {
    /// The attempt.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: AttemptId,
    /// The quiz.
    #[schema(schema_with = openapi::id)]
    pub quiz_id: QuizId,
    /// Which form of the quiz was answered.
    pub quiz_version: u32,
    /// Who answered.
    #[schema(schema_with = openapi::id)]
    pub user_id: UserId,
    /// Right answers over questions, in percent, 2 decimals.
    pub score: f64,
    /// Whether it reaches the quiz's passing score.
    pub passed: bool,
    /// Every question of the quiz, in order.
    pub results: Vec<ResultView>,
    /// When.
    #[schema(schema_with = openapi::time)]
    pub submitted_at: Timestamp,
    /// `true` when the read side could not follow the log for this attempt; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl From<QuizAttempt> for AttemptView {
    fn from(attempt: QuizAttempt) -> Self {
        Self {
            id: attempt.id,
            quiz_id: attempt.quiz_id,
            quiz_version: attempt.quiz_version,
            user_id: attempt.user_id,
            score: attempt.score.value(),
            passed: attempt.passed,
            results: attempt.results.into_iter().map(ResultView::from).collect(),
            submitted_at: attempt.submitted_at,
            stale: attempt.stale,
        }
    }
}

/// What an answer was worth, and what would have been right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = QuizResult)]
pub struct ResultView {
    /// The question.
    #[schema(schema_with = openapi::id)]
    pub question_id: QuestionId,
    /// Whether the answer was there, and right.
    pub correct: bool,
    /// What is right.
    #[serde(flatten)]
    pub right: RightAnswerView,
    /// Why.
    pub explanation: Option<String>,
}

impl From<AttemptResult> for ResultView {
    fn from(result: AttemptResult) -> Self {
        let AttemptResult { question_id, correct, right_answer, explanation } = result;
        Self { question_id, correct, right: right_answer.into(), explanation }
    }
}

#[cfg(test)]
#[path = "quiz_tests.rs"]
mod tests;
