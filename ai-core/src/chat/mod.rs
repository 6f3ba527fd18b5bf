//! Answers to questions about a course, from what its FAQ and its lessons say.
//!
//! | file | what it does |
//! |---|---|
//! | `passages` | a lesson's text → passages that can be read by themselves |
//! | `words` | the terms of a text: stems, parts of identifiers |
//! | `synonyms` | words that learners use for one another |
//! | `index` | the passages and FAQ entries of a course by their terms; BM25 over fields, typos forgiven |
//! | `answer` | the best of them, and whether it is good enough to be given as an answer |
//! | `small_talk` | greetings, thanks, and what is said when nothing is known |

mod answer;
mod index;
mod passages;
mod small_talk;
mod synonyms;
#[cfg(test)]
mod tests;
mod words;

pub use answer::{Reply, Source};
pub use index::CourseIndex;

use crate::Language;

/// Below this confidence nothing is answered.
pub const THRESHOLD: f64 = 0.5;

/// An answered question of a course's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaqText {
    /// What names it.
    pub id: String,
    /// The question.
    pub question: String,
    /// Its answer.
    pub answer: String,
}

/// A lesson's texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonText {
    /// What names it.
    pub id: String,
    /// Title.
    pub title: String,
    /// Description, content, transcript: HTML, Markdown or plain text.
    pub texts: Vec<String>,
    /// Whether it is open to everybody.
    pub preview: bool,
}

/// What somebody asks.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// In their words.
    pub message: &'a str,
    /// The lesson that they are at.
    pub lesson: Option<&'a str>,
    /// Whether they may open the whole course; else its FAQ and previews only.
    pub opens_all: bool,
    /// The language of an answer to a message that tells none.
    pub fallback: Language,
}
