//! Which courses are about the same: cosine of the words of title, keywords, tools and descriptions, rare ones counting
//! more.

use std::collections::{BTreeMap, HashMap};

use super::CourseFacts;
use crate::Language;
use crate::text::{Stems, fold, is_function_word, is_generic, tokens};

/// How many neighbours of a course are kept.
const KEPT: usize = 40;
/// What a word counts by where it stands.
const IN_TITLE: f64 = 2.0;
const IN_KEYWORDS: f64 = 2.5;
const IN_DESCRIPTION: f64 = 0.7;

/// The courses that hold a word, and how much it counts there.
type Held = Vec<(usize, f64)>;

/// The nearest courses of each, with how near they are, at most 1.
#[derive(Debug)]
pub(super) struct Neighbours(Vec<HashMap<usize, f64>>);

impl Neighbours {
    pub(super) fn new(courses: &[CourseFacts]) -> Self {
        let mut holders: HashMap<String, Held> = HashMap::new();
        for (place, course) in courses.iter().enumerate() {
            for (word, weight) in words(course) {
                holders.entry(word).or_default().push((place, weight));
            }
        }
        let mut norms = vec![0.0_f64; courses.len()];
        let mut vectors: Vec<Vec<(&Held, f64)>> = vec![Vec::new(); courses.len()];
        for held in holders.values() {
            let rarity = (1.0 + count(courses.len()) / count(held.len())).ln();
            for (place, weight) in held {
                let value = (1.0 + weight).ln() * rarity;
                norms[*place] += value * value;
                // What nearly all courses say brings none of them together.
                if held.len() > 1 && held.len() * 2 <= courses.len().max(4) {
                    vectors[*place].push((held, value * rarity));
                }
            }
        }
        let near = |place: usize| {
            let mut products: BTreeMap<usize, f64> = BTreeMap::new();
            for (held, value) in &vectors[place] {
                for (other, weight) in held.iter().filter(|(other, _)| *other != place) {
                    *products.entry(*other).or_insert(0.0) += value * (1.0 + weight).ln();
                }
            }
            let cosine =
                |(other, product): (usize, f64)| (other, product / (norms[place] * norms[other]).sqrt().max(1e-9));
            let mut near: Vec<(usize, f64)> = products.into_iter().map(cosine).collect();
            near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            near.truncate(KEPT);
            near.into_iter().map(|(other, cosine)| (other, cosine.min(1.0))).collect()
        };
        Self((0..courses.len()).map(near).collect())
    }

    /// How near two courses are; 0 for those that are no neighbours.
    pub(super) fn nearness(&self, one: usize, other: usize) -> f64 {
        self.0.get(one).and_then(|near| near.get(&other)).copied().unwrap_or(0.0)
    }
}

fn words(course: &CourseFacts) -> BTreeMap<String, f64> {
    let mut words = BTreeMap::new();
    let mut add = |text: &str, weight: f64| {
        let tokens = tokens(text);
        let language = Language::detect(&tokens).unwrap_or(Language::Fr);
        let stems = Stems::new(language);
        for token in tokens {
            if !is_function_word(&token.folded, language) && !is_generic(&token.folded) && token.folded.len() > 1 {
                *words.entry(stems.of(&token.folded)).or_insert(0.0) += weight;
            }
        }
    };
    add(&course.title, IN_TITLE);
    add(&course.description, IN_DESCRIPTION);
    for text in &course.keywords {
        add(text, IN_KEYWORDS);
    }
    for tool in &course.stack {
        *words.entry(format!("stack:{}", fold(tool))).or_insert(0.0) += IN_KEYWORDS;
    }
    *words.entry(format!("domain:{}", course.domain)).or_insert(0.0) += IN_TITLE;
    words
}

/// Counts here are small: a double holds them exactly.
#[allow(clippy::cast_precision_loss)]
const fn count(number: usize) -> f64 {
    number as f64
}
