//! Whether the chat names the right source, and whether it knows what it does not know.

use std::time::{Duration, Instant};

use super::samples::{courses, foreign_questions};
use crate::chat::{Asked, THRESHOLD};

/// What the chat did with the questions.
#[derive(Clone, Debug, Default)]
pub struct ChatFigures {
    /// Questions whose answers are known.
    pub asked: usize,
    /// Those whose first source was right.
    pub right: usize,
    /// Foreign questions, each asked to every course.
    pub foreign: usize,
    /// Those that were not answered.
    pub abstained: usize,
    /// What went wrong.
    pub misses: Vec<Miss>,
    /// How long each answer took.
    pub times: Vec<Duration>,
}

/// A question that was answered wrongly, or not.
#[derive(Clone, Debug)]
pub struct Miss {
    /// The course.
    pub course: String,
    /// The question.
    pub question: String,
    /// What answers it; none of a foreign question.
    pub expected: Option<String>,
    /// The first source that was named, if any.
    pub named: Option<String>,
    /// How sure the chat was.
    pub confidence: f64,
}

impl ChatFigures {
    /// The share of questions whose first source was right, 0 to 1.
    #[must_use]
    pub fn first_source_right(&self) -> f64 {
        share(self.right, self.asked)
    }

    /// The share of foreign questions that were not answered, 0 to 1.
    #[must_use]
    pub fn abstention(&self) -> f64 {
        share(self.abstained, self.foreign)
    }
}

/// Asks everything.
#[must_use]
pub fn chat() -> ChatFigures {
    let mut figures = ChatFigures::default();
    for course in courses() {
        let index = course.index();
        let own = course.questions.iter().map(|(id, question)| (Some(id.as_str()), question.as_str()));
        for (expected, question) in own.chain(foreign_questions().map(|question| (None, question))) {
            let asked = Asked { message: question, lesson: None, opens_all: true, fallback: course.language };
            let began = Instant::now();
            let reply = index.ask(&asked);
            figures.times.push(began.elapsed());
            let named = reply.sources.first().map(|source| source.id.as_str());
            let is_good = match expected {
                Some(_) => named == expected && reply.confidence >= THRESHOLD,
                None => named.is_none(),
            };
            match expected {
                Some(_) => (figures.asked, figures.right) = (figures.asked + 1, figures.right + usize::from(is_good)),
                None => {
                    (figures.foreign, figures.abstained) =
                        (figures.foreign + 1, figures.abstained + usize::from(is_good))
                }
            }
            if !is_good {
                figures.misses.push(Miss {
                    course: course.title.clone(),
                    question: question.to_owned(),
                    expected: expected.map(str::to_owned),
                    named: named.map(str::to_owned),
                    confidence: reply.confidence,
                });
            }
        }
    }
    figures
}

#[allow(clippy::cast_precision_loss)] // some hundred
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
