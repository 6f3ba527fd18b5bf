//! `har ai eval`: how good AI Core is, on texts and populations of the repository's own making.

use std::time::Duration;

use ai_core::eval::{chat, quiz, recommendations};
use clap::Subcommand;

use crate::output::say;

/// What can be done.
#[derive(Clone, Copy, Subcommand)]
pub enum Ai {
    /// Measure quizzes, chat and recommendations. A test holds the floors.
    Eval {
        /// Also print each question that the chat got wrong.
        #[arg(long)]
        misses: bool,
    },
}

/// Does it.
pub fn run(ai: Ai) {
    let Ai::Eval { misses } = ai;
    eval_quiz();
    eval_chat(misses);
    for (courses, learners) in [(60, 1_500), (200, 5_000), (500, 22_000)] {
        eval_recommendations(courses, learners);
    }
}

fn eval_quiz() {
    let figures = quiz();
    say(format_args!("quiz: {} questions of {} asked for", figures.made, figures.wanted));
    let (single, choices) = figures.single;
    say(format_args!("  single {single} with {choices} choices, cloze {}", figures.cloze));
    let (statements, are_true) = figures.true_false;
    say(format_args!("  true or false {statements}, {are_true} of them true"));
    say(format_args!("  of a sentence that was asked about before: {}", figures.same_sentence));
    say(format_args!("  20 questions from 10,000 characters: {}", times(figures.times)));
}

fn eval_chat(shows_misses: bool) {
    let figures = chat();
    let percent = |share: f64| share * 100.0;
    say(format_args!(
        "chat: first source right {:.1} % of {} questions to ten courses",
        percent(figures.first_source_right()),
        figures.asked
    ));
    say(format_args!(
        "  says that it does not know {:.1} % of {} times that a foreign question is asked",
        percent(figures.abstention()),
        figures.foreign
    ));
    say(format_args!("  an answer: {}", times(figures.times)));
    for miss in figures.misses.iter().filter(|_| shows_misses) {
        let (expected, named) = (miss.expected.as_deref().unwrap_or("-"), miss.named.as_deref().unwrap_or("-"));
        say(format_args!("  {}: {} ({expected}, not {named}; {:.2})", miss.course, miss.question, miss.confidence));
    }
}

fn eval_recommendations(courses: usize, learners: usize) {
    let figures = recommendations(courses, learners);
    say(format_args!("recommendations: {courses} courses, {learners} learners, by {:?}", figures.method));
    say(format_args!(
        "  the course kept back is among five for {} of {}; among the most popular for {}: {:.2} times",
        figures.hits,
        figures.learners,
        figures.popular_hits,
        figures.against_popularity()
    ));
    let (beginners, hits, popular) = figures.beginners;
    say(format_args!("  of {beginners} who had taken one course: {hits}, by popularity {popular}"));
    say(format_args!("  learnt in {:.2} s; a request: {}", figures.learning.as_secs_f64(), times(figures.times)));
}

/// Median, 99th percentile and the longest.
fn times(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |percent: usize| {
        times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
    };
    let shown = |time: Duration| time.as_secs_f64() * 1_000.0;
    format!("p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms", shown(at(50)), shown(at(99)), shown(at(100)))
}
