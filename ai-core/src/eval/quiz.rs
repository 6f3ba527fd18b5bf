//! Whether quizzes are whole: as many questions as the text carries, of every type, each with wrong answers of its kind.

use std::time::{Duration, Instant};

use super::samples::{courses, quiz_texts};
use crate::Language;
use crate::quiz::{Answer, generate};

/// The length of the texts that are timed, in bytes.
const LENGTH: usize = 10_000;

/// What became of the texts.
#[derive(Clone, Debug, Default)]
pub struct QuizFigures {
    /// Questions that were asked for.
    pub wanted: usize,
    /// Questions that were made.
    pub made: usize,
    /// Of these, single choices, and how many choices they have.
    pub single: (usize, usize),
    /// True or false, and how many are true.
    pub true_false: (usize, usize),
    /// Gaps to fill in.
    pub cloze: usize,
    /// Questions from the same sentence as another of their quiz.
    pub same_sentence: usize,
    /// How long each quiz from ten thousand characters took.
    pub times: Vec<Duration>,
}

/// Makes quizzes of the sample texts, and of the lessons of the sample courses.
#[must_use]
pub fn quiz() -> QuizFigures {
    let mut figures = QuizFigures::default();
    let lessons: Vec<String> = courses()
        .into_iter()
        .map(|course| course.lessons.into_iter().flat_map(|lesson| lesson.texts).collect::<Vec<_>>().join("\n\n"))
        .collect();
    for text in quiz_texts().into_iter().map(str::to_owned).chain(lessons.iter().cloned()) {
        let wanted = 6;
        figures.wanted += wanted;
        let mut sources = Vec::new();
        for question in generate(&text, wanted, Language::Fr).unwrap_or_default() {
            figures.made += 1;
            match &question.answer {
                Answer::Single { choices, .. } => {
                    figures.single = (figures.single.0 + 1, figures.single.1 + choices.len());
                }
                Answer::TrueFalse { answer } => {
                    figures.true_false = (figures.true_false.0 + 1, figures.true_false.1 + usize::from(*answer));
                }
                Answer::Cloze { .. } => figures.cloze += 1,
            }
            figures.same_sentence += usize::from(sources.contains(&question.source));
            sources.push(question.source);
        }
    }
    let all = lessons.join("\n\n");
    let step = (all.len() - LENGTH.min(all.len())) / 50;
    for turn in 0..50 {
        let text: String =
            String::from_utf8_lossy(&all.as_bytes()[turn * step..turn * step + LENGTH.min(all.len())]).into_owned();
        let began = Instant::now();
        let _ = generate(&text, 20, Language::Fr);
        figures.times.push(began.elapsed());
    }
    figures
}
