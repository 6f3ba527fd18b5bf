//! The courses for one history.

use std::collections::{HashMap, HashSet};

use super::{Model, Taken};
use crate::Language;

/// So many learners with something in common make what they took as good as certain.
const ENOUGH: f64 = 120.0;
/// What speaks for a course beside what learners took: its words, its domain, how many take it, how they rate it.
const WORDS: f64 = 0.5;
const DOMAIN: f64 = 0.25;
const POPULAR: f64 = 0.2;
const RATED: f64 = 0.05;
/// How much of that counts where what learners took is certain.
const BESIDE: f64 = 0.15;

/// A course for somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommendation {
    /// Its place.
    pub course: usize,
    /// 0 to 1; the best first.
    pub score: f64,
    /// What speaks most for it.
    pub reason: Reason,
}

/// Why a course is recommended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Learners who took this course of theirs took it too.
    TakenWith(String),
    /// It is about the same as this course of theirs.
    Like(String),
    /// It is of the domain of their courses.
    Domain(String),
    /// So many learners take it.
    Popular(u64),
    /// It is there.
    Catalogue,
}

impl Reason {
    /// The reason in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        match (self, language) {
            (Self::TakenWith(title), Language::Fr) => {
                format!("Suivi aussi par des personnes qui ont suivi « {title} ».")
            }
            (Self::TakenWith(title), Language::En) => format!("Also taken by people who took “{title}”."),
            (Self::Like(title), Language::Fr) => format!("Sur des sujets proches de « {title} »."),
            (Self::Like(title), Language::En) => format!("On subjects close to “{title}”."),
            (Self::Domain(domain), Language::Fr) => format!("Dans un domaine que vous suivez : {domain}."),
            (Self::Domain(domain), Language::En) => format!("In a domain that you follow: {domain}."),
            (Self::Popular(1), Language::Fr) => "Déjà suivi par une personne.".to_owned(),
            (Self::Popular(1), Language::En) => "Already taken by one person.".to_owned(),
            (Self::Popular(learners), Language::Fr) => format!("Parmi les plus suivis : {learners} inscrits."),
            (Self::Popular(learners), Language::En) => format!("Among the most popular: {learners} learners."),
            (Self::Catalogue, Language::Fr) => "À découvrir dans le catalogue.".to_owned(),
            (Self::Catalogue, Language::En) => "Waiting for you in the catalogue.".to_owned(),
        }
    }
}

impl Model {
    /// The published courses for who took these, at most `most`, the best first; none that was taken or is `excluded`.
    #[must_use]
    pub fn recommend(&self, history: &[Taken], excluded: &HashSet<usize>, most: usize) -> Vec<Recommendation> {
        let spoken: HashMap<usize, (f64, usize)> =
            self.learnt.spoken_for(history).into_iter().map(|(course, score, by)| (course, (score, by))).collect();
        let is_open = |place: &usize| {
            self.courses[*place].published
                && !excluded.contains(place)
                && history.iter().all(|taken| taken.course != *place)
        };
        let open: Vec<usize> = (0..self.courses.len()).filter(is_open).collect();
        let strongest = open.iter().filter_map(|place| spoken.get(place)).map(|(score, _)| *score).fold(0.0, f64::max);
        let trust = (self.learnt.evidence(history) / ENOUGH).min(1.0);
        let taste = Taste::of(self, history);
        let mut found: Vec<Recommendation> = open
            .into_iter()
            .map(|place| {
                let learnt =
                    spoken.get(&place).map(|(score, by)| (trust * score / strongest.max(f64::MIN_POSITIVE), *by));
                self.judged(place, learnt, 1.0 - (1.0 - BESIDE) * trust, &taste)
            })
            .collect();
        found.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then_with(|| self.courses[a.course].id.cmp(&self.courses[b.course].id))
        });
        found.truncate(most);
        found
    }

    fn judged(&self, place: usize, learnt: Option<(f64, usize)>, beside: f64, taste: &Taste<'_>) -> Recommendation {
        let course = &self.courses[place];
        let (near, like) = taste.nearest(self, place);
        let domain = taste.domains.get(course.domain.as_str()).copied().unwrap_or(0.0);
        let popular =
            if taste.most_learners > 0.0 { float(course.learners).ln_1p() / taste.most_learners.ln_1p() } else { 0.0 };
        let parts = [WORDS * near, DOMAIN * domain, POPULAR * popular].map(|part| part * beside);
        let taken = learnt.map_or(0.0, |(score, _)| score);
        let score = taken + parts.iter().sum::<f64>() + beside * RATED * course.rating / 5.0;
        let title = |place: usize| self.courses[place].title.clone();
        let most = parts.iter().copied().fold(0.0, f64::max);
        let reason = match (learnt, like) {
            (Some((score, by)), _) if score >= most && score > 0.0 => Reason::TakenWith(title(by)),
            (_, Some(like)) if parts[0] >= most && near > 0.1 => Reason::Like(title(like)),
            _ if domain > 0.0 && parts[1] >= parts[2] => Reason::Domain(course.domain.clone()),
            _ if course.learners > 0 => Reason::Popular(course.learners),
            _ if domain > 0.0 => Reason::Domain(course.domain.clone()),
            _ => Reason::Catalogue,
        };
        // The parts' greatest sum is a little over 1.
        Recommendation {
            course: place,
            score: ((score / (1.0 + BESIDE)).clamp(0.0, 1.0) * 1_000.0).round() / 1_000.0,
            reason,
        }
    }
}

/// What a history says of its learner's taste.
struct Taste<'a> {
    history: &'a [Taken],
    /// The share of each domain.
    domains: HashMap<&'a str, f64>,
    most_learners: f64,
}

impl<'a> Taste<'a> {
    fn of(model: &'a Model, history: &'a [Taken]) -> Self {
        let mut domains: HashMap<&str, f64> = HashMap::new();
        let total: f64 = history.iter().map(|taken| taken.weight.max(0.0)).sum();
        for taken in history {
            if let Some(course) = model.courses.get(taken.course) {
                *domains.entry(&course.domain).or_insert(0.0) += taken.weight.max(0.0) / total.max(f64::MIN_POSITIVE);
            }
        }
        let most_learners = model.courses.iter().filter(|course| course.published).map(|course| course.learners).max();
        Self { history, domains, most_learners: float(most_learners.unwrap_or(0)) }
    }

    /// How near a course is to those that were taken, and to which of them most.
    fn nearest(&self, model: &Model, place: usize) -> (f64, Option<usize>) {
        let near =
            |taken: &Taken| (taken.weight.min(1.0) * model.neighbours.nearness(taken.course, place), taken.course);
        let best = self.history.iter().map(near).max_by(|a, b| a.0.total_cmp(&b.0));
        best.filter(|(nearness, _)| *nearness > 0.0).map_or((0.0, None), |(nearness, course)| (nearness, Some(course)))
    }
}

/// Counts of learners: what a double loses of them is nothing here.
#[allow(clippy::cast_precision_loss)]
const fn float(number: u64) -> f64 {
    number as f64
}
