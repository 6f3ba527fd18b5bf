//! Collection `quizzes`: the quizzes of all courses as they are now, answers and all. What of them may be shown is for
//! the API to say.

use bson::{Document, doc};
use events::{AnswerKey, CourseId, Percent, Question, QuizId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document, status_words};
use crate::Collection;
use crate::schema;

/// The collection of quizzes. Written by projection `quizzes`.
pub const QUIZZES: Collection = Collection {
    name: "quizzes",
    schema: || {
        let question = doc! {
            "question_id": schema::id(),
            "question": schema::text(),
            "answer_key": answer_key(),
            "explanation": schema::nullable(schema::text()),
            "source": schema::nullable(schema::text()),
        };
        schema::read_document(doc! {
            "_id": schema::id(),
            "course_id": schema::id(),
            "title": schema::text(),
            "passing_score": schema::count(),
            "version": schema::count(),
            "questions": schema::list(schema::object(question)),
        })
    },
    indexes: Vec::new,
};

fn answer_key() -> Document {
    let of_type = |question_type: QuestionType, mut fields: Document| {
        fields.insert("type", schema::one_of([question_type.as_str()]));
        schema::object(fields)
    };
    let choices = || schema::list(schema::text());
    doc! { "anyOf": [
        of_type(QuestionType::Single, doc! { "choices": choices(), "answer_index": schema::count() }),
        of_type(
            QuestionType::Multiple,
            doc! { "choices": choices(), "answer_indexes": schema::list(schema::count()) },
        ),
        of_type(QuestionType::TrueFalse, doc! { "answer": schema::boolean() }),
        of_type(QuestionType::Cloze, doc! { "answers": schema::list(schema::text()) }),
    ] }
}

status_words! {
    /// How a question is answered.
    QuestionType {
        /// One of several choices.
        Single = "single",
        /// Any number of several choices.
        Multiple = "multiple",
        /// Yes or no.
        TrueFalse = "true_false",
        /// Words to fill in.
        Cloze = "cloze",
    }
}

impl QuestionType {
    /// The type of the questions that have such an answer.
    #[must_use]
    pub const fn of(key: &AnswerKey) -> Self {
        match key {
            AnswerKey::Single { .. } => Self::Single,
            AnswerKey::Multiple { .. } => Self::Multiple,
            AnswerKey::TrueFalse { .. } => Self::TrueFalse,
            AnswerKey::Cloze { .. } => Self::Cloze,
        }
    }
}

/// A quiz. Which lesson it goes with is for the lessons to say.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Quiz {
    /// The quiz.
    #[serde(rename = "_id")]
    pub id: QuizId,
    /// Its course.
    pub course_id: CourseId,
    /// Title.
    pub title: String,
    /// The least score that passes.
    pub passing_score: Percent,
    /// Counts the forms it had; the first is 1.
    pub version: u32,
    /// The questions with their answers, in order.
    pub questions: Vec<Question>,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Quiz in QUIZZES, id);
