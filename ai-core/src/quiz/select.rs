//! Which facts are asked for.

use std::collections::HashSet;

use super::facts::{Fact, FactKind};
use super::lesson::Lesson;

/// A sentence with fewer words is asked about once.
const RICH: usize = 12;

/// The facts to ask for, by their index, `most` at most, in the order of the text: each sentence once, each answer once;
/// where that is too little, a second time where a sentence says several things, and an answer again.
pub(super) fn choose(lesson: &Lesson, facts: &[Fact], most: usize) -> Vec<usize> {
    let score = |index: &usize| facts[*index].weight * lesson.units[facts[*index].unit].score;
    let mut order: Vec<usize> = (0..facts.len()).collect();
    order.sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.cmp(b)));
    let mut chosen = Vec::new();
    let mut answers = HashSet::new();
    let mut asked = vec![0_usize; lesson.units.len()];
    for (again, per_unit) in [(false, 1), (true, 1), (false, 2), (true, 2)] {
        let mut of_kind = [0_usize; 10];
        for index in &order {
            if chosen.len() == most {
                break;
            }
            let fact = &facts[*index];
            let is_rich = per_unit == 1 || lesson.units[fact.unit].tokens.len() >= RICH;
            let is_new = again || !answers.contains(&fact.folded);
            // No kind fills a quiz while there are others: half of it at most on the first round.
            let kind = kind_index(fact.kind);
            let is_varied = again || per_unit > 1 || of_kind[kind] * 2 <= most;
            if asked[fact.unit] < per_unit && is_rich && is_new && is_varied && !chosen.contains(index) {
                chosen.push(*index);
                answers.insert(fact.folded.clone());
                asked[fact.unit] += 1;
                of_kind[kind] += 1;
            }
        }
    }
    chosen.sort_by_key(|index| (facts[*index].unit, facts[*index].range.start));
    chosen
}

const fn kind_index(kind: FactKind) -> usize {
    kind as usize
}
