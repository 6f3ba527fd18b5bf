//! Quizzes of courses: writing them, and answering them.

pub mod change_quiz;
pub mod create_quiz;
mod lesson_of_quiz;
mod question;
pub mod remove_quiz;
pub mod submit_attempt;
