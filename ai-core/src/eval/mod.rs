//! How good AI Core is, on texts of the repository's own making: what `har ai eval` prints, and what a test holds floors
//! to, so that a change that makes it worse is seen.
//!
//! | file | what it measures |
//! |---|---|
//! | `chat` | questions to ten courses, and questions that none of them answers |
//! | `quiz` | whether quizzes are whole |
//! | `recommendations` | what learners of a made-up population take next |

mod chat;
mod quiz;
mod recommendations;
mod samples;
#[cfg(test)]
mod tests;

pub use chat::{ChatFigures, Miss, chat};
pub use quiz::{QuizFigures, quiz};
pub use recommendations::{RecommendationFigures, recommendations};
pub use samples::{SampleCourse, courses, foreign_questions};
