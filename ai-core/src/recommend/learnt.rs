//! What goes with what, learnt from histories.

use std::collections::HashMap;

use nalgebra::DMatrix;

use super::Taken;
use crate::hash::fixed_hash;

/// The most courses that the linear model is made for: its time grows with their cube, its memory with their square.
const MOST: usize = 800;
/// The strengths of regularisation that are tried.
const STRENGTHS: [f64; 4] = [5.0, 30.0, 150.0, 600.0];
/// The cosine of two courses that few took is drawn towards 0 as if so many more had taken one of them.
const SHRINKAGE: f64 = 10.0;
/// At most so many histories are used to compare the ways.
const JUDGES: usize = 1_500;
/// With fewer of them nothing is compared.
const FEWEST_JUDGES: usize = 40;

/// How it is told what goes with what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// EASE: the linear model that foresees each course from the others, with this strength of regularisation (Steck,
    /// "Embarrassingly Shallow Autoencoders for Sparse Data", 2019).
    Ease(f64),
    /// The cosine of two courses' learners, shrunk.
    Cosine,
}

/// How strongly each course speaks for each other.
#[derive(Debug)]
pub(super) struct Learnt {
    /// The way that it was learnt.
    pub method: Method,
    /// The place of each course in the matrices; of those that nobody took there is none.
    slots: HashMap<usize, usize>,
    /// `weights[(i, j)]`: how much having taken i speaks for j.
    weights: DMatrix<f64>,
    /// How many took both; the diagonal: how many took it.
    both: DMatrix<f64>,
}

impl Learnt {
    /// Learns from histories over `courses` courses. Of the ways to learn, the one that foresees best what was kept from
    /// it: one course of each history.
    pub(super) fn from(courses: usize, histories: &[Vec<Taken>]) -> Self {
        let slots = slots(courses, histories);
        let all: Vec<Vec<(usize, f64)>> = histories.iter().map(|history| known(history, &slots)).collect();
        let both = gram(slots.len(), &all, |_| 1.0);
        let method = best_method(slots.len(), &all);
        let weights = weights(method, &gram(slots.len(), &all, |weight| weight));
        Self { method, slots, weights, both }
    }

    /// How strongly a history speaks for each course that somebody took, with the course of it that speaks most; by the
    /// courses' places.
    pub(super) fn spoken_for(&self, history: &[Taken]) -> Vec<(usize, f64, usize)> {
        let known: Vec<(usize, usize, f64)> = history
            .iter()
            .filter_map(|taken| Some((taken.course, *self.slots.get(&taken.course)?, taken.weight)))
            .collect();
        let mut found = Vec::with_capacity(self.slots.len());
        for (course, slot) in &self.slots {
            let mut total = 0.0;
            let mut most = (0.0, None);
            for (place, row, weight) in &known {
                let part = weight * self.weights[(*row, *slot)];
                total += part;
                if part > most.0 && self.both[(*row, *slot)] > 0.0 {
                    most = (part, Some(*place));
                }
            }
            if let Some(place) = most.1.filter(|_| total > 0.0) {
                found.push((*course, total, place));
            }
        }
        found
    }

    /// How much is known of what goes with a history: learners who took one of its courses and another.
    pub(super) fn evidence(&self, history: &[Taken]) -> f64 {
        let slots = history.iter().filter_map(|taken| self.slots.get(&taken.course));
        slots.map(|slot| self.both.row(*slot).sum() - self.both[(*slot, *slot)]).sum()
    }
}

/// A slot for each course that somebody took, of the most taken ones.
fn slots(courses: usize, histories: &[Vec<Taken>]) -> HashMap<usize, usize> {
    let mut times = vec![0_u32; courses];
    for taken in histories.iter().flatten() {
        if let Some(times) = times.get_mut(taken.course) {
            *times += 1;
        }
    }
    let mut taken: Vec<usize> = (0..courses).filter(|course| times[*course] > 0).collect();
    taken.sort_by_key(|course| (std::cmp::Reverse(times[*course]), *course));
    taken.truncate(MOST);
    taken.into_iter().enumerate().map(|(slot, course)| (course, slot)).collect()
}

fn known(history: &[Taken], slots: &HashMap<usize, usize>) -> Vec<(usize, f64)> {
    let mut known: Vec<(usize, f64)> =
        history.iter().filter_map(|taken| Some((*slots.get(&taken.course)?, taken.weight))).collect();
    known.sort_by_key(|(slot, _)| *slot);
    known.dedup_by_key(|(slot, _)| *slot);
    known
}

/// The sum over histories of the product of what they say of two courses.
fn gram(size: usize, histories: &[Vec<(usize, f64)>], of: impl Fn(f64) -> f64) -> DMatrix<f64> {
    let mut gram = DMatrix::zeros(size, size);
    for history in histories {
        for (row, one) in history {
            for (column, other) in history {
                gram[(*row, *column)] += of(*one) * of(*other);
            }
        }
    }
    gram
}

fn weights(method: Method, gram: &DMatrix<f64>) -> DMatrix<f64> {
    let size = gram.nrows();
    match method {
        Method::Ease(strength) => {
            let regular = gram + DMatrix::identity(size, size) * strength;
            // It has an inverse: the sum of a positive semidefinite matrix and a positive multiple of the identity.
            let Some(inverse) = regular.cholesky().map(|factor| factor.inverse()) else {
                return weights(Method::Cosine, gram);
            };
            DMatrix::from_fn(size, size, |row, column| {
                if row == column { 0.0 } else { -inverse[(row, column)] / inverse[(column, column)] }
            })
        }
        Method::Cosine => DMatrix::from_fn(size, size, |row, column| {
            let common = gram[(row, column)];
            let norm = (gram[(row, row)] * gram[(column, column)]).sqrt() + SHRINKAGE;
            if row == column { 0.0 } else { common / norm }
        }),
    }
}

/// The way that foresees best.
fn best_method(size: usize, histories: &[Vec<(usize, f64)>]) -> Method {
    let judges: Vec<usize> = (0..histories.len()).filter(|index| histories[*index].len() >= 3).take(JUDGES).collect();
    if judges.len() < FEWEST_JUDGES {
        return Method::Cosine;
    }
    // What is kept back is a fixed choice: the same histories give the same model.
    let mut kept = HashMap::new();
    let mut shown = histories.to_vec();
    for index in judges {
        let salt = index.to_string();
        let secret = usize::try_from(fixed_hash([salt.as_str()])).unwrap_or(0) % shown[index].len();
        kept.insert(index, shown[index].remove(secret).0);
    }
    let gram = gram(size, &shown, |weight| weight);
    let mut best = (Method::Cosine, foreseen(&weights(Method::Cosine, &gram), &shown, &kept));
    for strength in STRENGTHS {
        let method = Method::Ease(strength);
        let score = foreseen(&weights(method, &gram), &shown, &kept);
        if score > best.1 {
            best = (method, score);
        }
    }
    best.0
}

/// How well what was kept back is foreseen: the sum of its discounted ranks.
fn foreseen(weights: &DMatrix<f64>, shown: &[Vec<(usize, f64)>], kept: &HashMap<usize, usize>) -> f64 {
    let mut total = 0.0;
    for (index, secret) in kept {
        let history = &shown[*index];
        let score = |slot: usize| history.iter().map(|(row, weight)| weight * weights[(*row, slot)]).sum::<f64>();
        let own = score(*secret);
        let is_taken = |slot: usize| history.iter().any(|(row, _)| *row == slot);
        let before =
            (0..weights.ncols()).filter(|slot| slot != secret && !is_taken(*slot) && score(*slot) >= own).count();
        if before < 10 {
            total += 1.0 / (count(before) + 2.0).log2();
        }
    }
    total
}

/// Counts here are small: a double holds them exactly.
#[allow(clippy::cast_precision_loss)]
const fn count(number: usize) -> f64 {
    number as f64
}
