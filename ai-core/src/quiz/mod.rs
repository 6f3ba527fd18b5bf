//! Questions from a lesson's text, in French and English.
//!
//! Sentences are ranked by how much they carry; in each, facts are found that can be asked for: what is defined, dates,
//! numbers, names, functions, key terms. A question blanks one of them, or says another in its place.
//!
//! | file | what it does |
//! |---|---|
//! | `lesson` | the sentences that can be quoted, and how much each carries |
//! | `facts` | what can be asked for in a sentence; `numbers`, `names`, `functions`, `terms`, `definitions` find them |
//! | `distractors` | wrong answers of the same kind; `number_values` makes numbers |
//! | `select` | which facts are asked for |
//! | `compose` | the questions' words |
//!
//! What always holds: one right answer; distinct choices, none of which holds another; a cloze whose answer stands nowhere
//! else in the question; `source` a sentence of the text; the same text gives the same quiz.

mod compose;
mod definitions;
mod distractors;
mod facts;
mod functions;
mod lesson;
mod names;
mod number_values;
mod numbers;
#[cfg(test)]
mod properties;
mod select;
mod terms;
#[cfg(test)]
mod tests;

use lesson::Lesson;

use crate::Language;

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub question: String,
    /// What may be answered, and what is right.
    pub answer: Answer,
    /// Why it is right: what the text says.
    pub explanation: String,
    /// The sentence that it is from, as the text has it; of code, the whole of it.
    pub source: String,
}

/// What may be answered, and what is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// One of several choices, counted from 0.
    Single {
        /// Two to four different texts.
        choices: Vec<String>,
        /// The right one.
        answer_index: usize,
    },
    /// Yes or no.
    TrueFalse {
        /// Whether what is said is so.
        answer: bool,
    },
    /// Words to fill in.
    Cloze {
        /// The spellings that are right; the text's own is the first.
        answers: Vec<String>,
    },
}

/// A text carries nothing that could be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is too little to ask about")]
pub struct TooLittle;

/// Questions about a lesson's text (HTML, Markdown or plain), `count` at most, in the order of the text. `fallback` is
/// the language of a text that is too short to tell.
///
/// # Errors
/// [`TooLittle`] when there is nothing to ask.
pub fn generate(text: &str, count: usize, fallback: Language) -> Result<Vec<Question>, TooLittle> {
    let lesson = Lesson::read(text, fallback);
    let facts = facts::find(&lesson);
    let chosen = select::choose(&lesson, &facts, count);
    let questions = compose::questions(&lesson, &facts, &chosen);
    if questions.is_empty() { Err(TooLittle) } else { Ok(questions) }
}
