//! Numbers, shares, years, dates and centuries.

use super::facts::{Fact, FactKind};
use super::lesson::{Lesson, Unit};
use super::number_values::Figure;
use crate::text::TokenKind;

/// The months, folded: French, then English.
pub(super) const MONTHS: [[&str; 12]; 2] = [
    [
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
    ],
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
];

/// Numbers in letters, folded, in order.
pub(super) const NUMERALS: [&[&str]; 2] = [
    &[
        "deux",
        "trois",
        "quatre",
        "cinq",
        "six",
        "sept",
        "huit",
        "neuf",
        "dix",
        "onze",
        "douze",
        "quinze",
        "vingt",
        "trente",
        "quarante",
        "cinquante",
        "soixante",
        "cent",
        "mille",
    ],
    &[
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "fifteen",
        "twenty", "thirty", "forty", "fifty", "sixty", "hundred", "thousand",
    ],
];

/// Words whose number says nothing: « la page 12 ».
const LABELS: &[&str] = &[
    "page", "pages", "chapitre", "chapter", "section", "figure", "fig", "table", "tableau", "version", "etape", "step",
    "lecon", "lesson", "module", "exercice", "exercise", "ligne", "line", "article",
];

/// The numbers of a unit.
pub(super) fn find(lesson: &Lesson, index: usize) -> Vec<Fact> {
    let unit = &lesson.units[index];
    let mut found = Vec::new();
    let mut at = 0;
    while at < unit.tokens.len() {
        if let Some(last) = date(unit, at) {
            found.push(Fact::of_tokens(lesson, index, (at, last), FactKind::Date, 1.05));
            at = last + 1;
            continue;
        }
        if let Some((kind, weight)) = number(unit, at) {
            found.push(Fact::of_tokens(lesson, index, (at, at), kind, weight));
        }
        at += 1;
    }
    found
}

/// The last token of the date that begins here: « 14 juillet 1789 », « 1er mai », « juillet 1789 », « July 14, 1789 ».
fn date(unit: &Unit, at: usize) -> Option<usize> {
    let is_day = |index: usize| {
        unit.tokens.get(index).is_some_and(|token| {
            let digits = token.folded.trim_end_matches(|letter: char| letter.is_alphabetic());
            token.kind == TokenKind::Number && digits.parse::<u32>().is_ok_and(|day| (1..=31).contains(&day))
        })
    };
    let is_month = |index: usize| {
        unit.tokens.get(index).is_some_and(|token| MONTHS.iter().flatten().any(|month| *month == token.folded))
    };
    let is_year = |index: usize| unit.tokens.get(index).is_some_and(|token| is_year(&token.folded));
    let near = |index: usize| matches!(unit.gap(index).trim(), "" | ",");
    if is_day(at) && near(at) && is_month(at + 1) {
        return Some(if near(at + 1) && is_year(at + 2) { at + 2 } else { at + 1 });
    }
    if is_month(at) && near(at) {
        if is_day(at + 1) && !is_year(at + 1) {
            return Some(if near(at + 1) && is_year(at + 2) { at + 2 } else { at + 1 });
        }
        if is_year(at + 1) {
            return Some(at + 1);
        }
    }
    None
}

/// Whether a number is taken for a year.
pub(super) fn is_year(folded: &str) -> bool {
    folded.len() == 4 && folded.parse::<u32>().is_ok_and(|year| (1000..=2099).contains(&year))
}

fn number(unit: &Unit, at: usize) -> Option<(FactKind, f64)> {
    let token = &unit.tokens[at];
    let word = token.folded.as_str();
    if token.kind == TokenKind::Word {
        if NUMERALS.iter().any(|list| list.contains(&word)) {
            return Some((FactKind::Numeral, 0.6));
        }
        return is_century(unit.text(&token.range)).then_some((FactKind::Century, 0.95));
    }
    Figure::read(unit.text(&token.range))?;
    let before = at.checked_sub(1).map_or("", |index| unit.tokens[index].folded.as_str());
    let after = &unit.source[token.range.end..];
    if LABELS.contains(&before)
        || unit.gap_before(at).ends_with(['[', '.', '#', ':']) && !unit.gap_before(at).ends_with(": ")
    {
        return None;
    }
    if after.starts_with([']', ':', '-', '–', '°'])
        || after.starts_with(['.', ',']) && after[1..].starts_with(|letter: char| letter.is_alphanumeric())
    {
        return None;
    }
    let blank = |letter: char| letter.is_whitespace();
    let unit_of = after.trim_start_matches(blank);
    let next = unit.tokens.get(at + 1).map_or("", |token| token.folded.as_str());
    let after_next = unit.tokens.get(at + 2).map_or("", |token| token.folded.as_str());
    if unit_of.starts_with('%')
        || next == "percent"
        || (next == "pour" && after_next == "cent")
        || (next == "per" && after_next == "cent")
    {
        return Some((FactKind::Percent, 1.0));
    }
    if is_year(word) {
        let dated = matches!(
            before,
            "en" | "in"
                | "depuis"
                | "since"
                | "annee"
                | "annees"
                | "year"
                | "vers"
                | "from"
                | "to"
                | "de"
                | "a"
                | "until"
                | "by"
                | "avant"
                | "apres"
                | "before"
                | "after"
                | "and"
                | "et"
                | "around"
                | "des"
                | "entre"
                | "between"
                | "jusqu"
                | "of"
        );
        return Some((FactKind::Year, if dated || unit.gap_before(at).ends_with('(') { 1.0 } else { 0.85 }));
    }
    let has_unit = !next.is_empty() && unit.gap(at).trim().is_empty() && unit.tokens[at + 1].kind == TokenKind::Word
        || unit_of.starts_with(['€', '$', '£']);
    // A single digit is easily guessed, and often only counts what follows.
    let small = word.len() == 1;
    Some((FactKind::Number, if has_unit { 0.9 } else { 0.65 } * if small { 0.8 } else { 1.0 }))
}

/// « XIXe », as French writes centuries.
fn is_century(word: &str) -> bool {
    let roman = word.strip_suffix('e').or_else(|| word.strip_suffix("ème")).or_else(|| word.strip_suffix("er"));
    roman.is_some_and(|roman| !roman.is_empty() && roman.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X')))
}
