//! Whether recommendations foresee what learners take next, against popularity, in a population of our own making: tastes
//! for subjects, favourites that everybody takes, and chance.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::hash::fixed_hash;
use crate::recommend::{CourseFacts, Method, Model, Taken};

/// How many courses are recommended.
const SHOWN: usize = 5;

/// What the recommendations foresaw.
#[derive(Clone, Debug)]
pub struct RecommendationFigures {
    /// Learners of whom one course was kept back.
    pub learners: usize,
    /// Those to whom it was recommended.
    pub hits: usize,
    /// Those to whom the most popular courses would have brought it.
    pub popular_hits: usize,
    /// The same of who had taken one course only.
    pub beginners: (usize, usize, usize),
    /// How it was learnt.
    pub method: Method,
    /// How long learning took.
    pub learning: Duration,
    /// How long each request took.
    pub times: Vec<Duration>,
}

impl RecommendationFigures {
    /// How many times more often than popularity.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // some thousand
    pub fn against_popularity(&self) -> f64 {
        self.hits as f64 / (self.popular_hits as f64).max(1.0)
    }
}

/// A number below `below` that hangs on the parts only.
fn draw(parts: [usize; 3], below: usize) -> usize {
    let [a, b, c] = parts.map(|part| part.to_string());
    usize::try_from(fixed_hash([a.as_str(), &b, &c]) % u64::try_from(below.max(1)).unwrap_or(1)).unwrap_or(0)
}

/// Courses of as many subjects as there are fives of them.
fn population(courses: usize, learners: usize) -> (Vec<CourseFacts>, Vec<Vec<usize>>) {
    let subjects = courses.div_ceil(5);
    let domains = ["Excel", "R", "Python", "Other"];
    let facts = (0..courses).map(|place| CourseFacts {
        id: format!("{place:05}"),
        title: format!("Cours {place} sur le sujet{}", place % subjects),
        domain: domains[place % subjects % 4].to_owned(),
        published: true,
        ..CourseFacts::default()
    });
    let history = |learner: usize| {
        // Each has a favourite subject and a second one; a third of what they take is what everybody takes, or chance.
        let own = [draw([learner, 1, 0], subjects), draw([learner, 2, 0], subjects)];
        let wanted = 2 + draw([learner, 3, 0], 6);
        let mut taken = Vec::new();
        for step in 0..40 {
            let place = match draw([learner, 4, step], 10) {
                0..=4 => own[0] + subjects * draw([learner, 5, step], 5),
                5..=6 => own[1] + subjects * draw([learner, 6, step], 5),
                7..=8 => draw([learner, 7, step], courses.min(8)),
                _ => draw([learner, 8, step], courses),
            };
            if place < courses && !taken.contains(&place) && taken.len() < wanted {
                taken.push(place);
            }
        }
        taken
    };
    (facts.collect(), (0..learners).map(history).collect())
}

/// Learns from a population of this size, one course of each learner kept back, and foresees that.
#[must_use]
pub fn recommendations(courses: usize, learners: usize) -> RecommendationFigures {
    let (mut facts, histories) = population(courses, learners);
    let shown: Vec<Vec<Taken>> = histories
        .iter()
        .map(|history| history.iter().skip(1).map(|course| Taken { course: *course, weight: 1.0 }).collect())
        .collect();
    for taken in shown.iter().flatten() {
        facts[taken.course].learners += 1;
    }
    let mut popular: Vec<usize> = (0..courses).collect();
    popular.sort_by_key(|place| (std::cmp::Reverse(facts[*place].learners), *place));
    let began = Instant::now();
    let model = Model::new(facts, &shown);
    let learning = began.elapsed();
    let mut figures = RecommendationFigures {
        learners: 0,
        hits: 0,
        popular_hits: 0,
        beginners: (0, 0, 0),
        method: model.method(),
        learning,
        times: Vec::new(),
    };
    for (history, shown) in histories.iter().zip(&shown).filter(|(history, _)| history.len() > 1).take(3_000) {
        let began = Instant::now();
        let found = model.recommend(shown, &HashSet::new(), SHOWN);
        figures.times.push(began.elapsed());
        let secret = history[0];
        let hit = usize::from(found.iter().any(|recommendation| recommendation.course == secret));
        let rest = popular.iter().filter(|place| shown.iter().all(|taken| taken.course != **place));
        let popular_hit = usize::from(rest.take(SHOWN).any(|place| *place == secret));
        figures.learners += 1;
        figures.hits += hit;
        figures.popular_hits += popular_hit;
        if shown.len() == 1 {
            let (all, hits, popular) = figures.beginners;
            figures.beginners = (all + 1, hits + hit, popular + popular_hit);
        }
    }
    figures
}
