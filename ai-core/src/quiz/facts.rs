//! What can be asked for in a sentence.

use std::ops::Range;

use super::lesson::{Lesson, Unit};
use super::{definitions, functions, names, numbers, terms};
use crate::text::fold;

/// What kind of thing a fact is: a wrong answer must be of the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum FactKind {
    /// What a sentence says the meaning of.
    Definition,
    /// A function, or another name of code.
    Function,
    /// A day, or a month of a year.
    Date,
    /// A year.
    Year,
    /// A century, in Roman figures.
    Century,
    /// A share.
    Percent,
    /// Any other number, in figures.
    Number,
    /// A number in letters.
    Numeral,
    /// A proper name.
    Name,
    /// A key term.
    Term,
}

/// What stands for the word that is asked for.
pub(super) const BLANK: &str = "_____";

/// Words that questions are put with, folded: an answer must not stand in its question.
const ASKING: &[&str] = &[
    "texte",
    "text",
    "blanc",
    "blank",
    "place",
    "mettre",
    "completez",
    "fill",
    "vrai",
    "faux",
    "true",
    "false",
    "fonction",
    "function",
    "code",
    "complete",
    "completes",
    "according",
];

/// Whether a text stands in another as words of its own; both folded.
pub(super) fn stands_in(sentence: &str, words: &str) -> bool {
    let is_edge = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
    sentence.match_indices(words).any(|(at, _)| {
        is_edge(sentence[..at].chars().next_back()) && is_edge(sentence[at + words.len()..].chars().next())
    })
}

/// Something that a sentence says, and that can be asked for.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    /// The sentence.
    pub unit: usize,
    /// Where it stands there.
    pub range: Range<usize>,
    /// What it is.
    pub kind: FactKind,
    /// How good an answer it is, about 1.
    pub weight: f64,
    /// Its words.
    pub text: String,
    /// Without case and accents.
    pub folded: String,
    /// The word before it, folded; empty when there is none.
    pub before: String,
    /// Of a definition: where the meaning stands.
    pub meaning: Option<Range<usize>>,
}

impl Fact {
    /// The fact that stands between these tokens of a unit, both included.
    pub(super) fn of_tokens(
        lesson: &Lesson,
        unit: usize,
        (first, last): (usize, usize),
        kind: FactKind,
        weight: f64,
    ) -> Self {
        let tokens = &lesson.units[unit].tokens;
        let range = tokens[first].range.start..tokens[last].range.end;
        let before = first.checked_sub(1).map(|index| tokens[index].folded.clone()).unwrap_or_default();
        let text = lesson.units[unit].text(&range).to_owned();
        Self { unit, kind, weight, folded: fold(&text), text, before, meaning: None, range }
    }

    /// Whether it can be blanked: what is left of the sentence is a question and does not tell the answer.
    fn can_be_asked(&self, unit: &Unit) -> bool {
        let (before, after) = (&unit.source[..self.range.start], &unit.source[self.range.end..]);
        let letters = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).count();
        let rest = fold(&format!("{before}{BLANK}{after}"));
        let is_told = stands_in(&rest, &self.folded) || self.folded.chars().count() > 3 && rest.contains(&self.folded);
        let glued = before.ends_with(['/', '@', '_', '\\', '#', '$']) || after.starts_with(['/', '@', '_', '\\']);
        let is_asking = ASKING.contains(&self.folded.as_str());
        letters(before) + letters(after) >= 12 && !is_told && !is_asking && !glued && self.text.chars().count() <= 80
    }
}

/// Every fact of a lesson, in the order of the text, none within another of the same sentence that is worth more.
pub(super) fn find(lesson: &Lesson) -> Vec<Fact> {
    let repeated = terms::repeated(lesson);
    let mut facts = Vec::new();
    for (index, unit) in lesson.units.iter().enumerate() {
        let mut found = functions::find(lesson, index);
        if !unit.is_code {
            found.extend(definitions::find(lesson, index));
            found.extend(numbers::find(lesson, index));
            found.extend(names::find(lesson, index));
            found.extend(terms::find(lesson, index, &repeated));
        }
        for fact in &mut found {
            fact.weight *= standing(unit, &fact.range);
        }
        found.retain(|fact| fact.can_be_asked(unit));
        found.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.range.start.cmp(&b.range.start)));
        let mut kept: Vec<Fact> = Vec::new();
        for fact in found {
            if kept.iter().all(|other| fact.range.end <= other.range.start || fact.range.start >= other.range.end) {
                kept.push(fact);
            }
        }
        if kept.is_empty() && !unit.is_code {
            kept.extend(terms::last_resort(lesson, index).filter(|fact| fact.can_be_asked(unit)));
        }
        kept.sort_by_key(|fact| fact.range.start);
        facts.extend(kept);
    }
    facts
}

/// What stands in brackets is said by the way.
fn standing(unit: &Unit, range: &Range<usize>) -> f64 {
    let before = &unit.source[..range.start];
    let open = |opening: char, closing: char| before.matches(opening).count() > before.matches(closing).count();
    if open('[', ']') {
        0.2
    } else if open('(', ')') && !unit.is_code {
        0.6
    } else {
        1.0
    }
}
