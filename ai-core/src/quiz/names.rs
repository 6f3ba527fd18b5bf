//! Proper names: persons, places, works, products, acronyms.

use super::facts::{Fact, FactKind};
use super::lesson::{Lesson, Unit, begins};
use super::numbers::{MONTHS, is_year};
use crate::Language;
use crate::text::{TokenKind, is_function_word, is_generic};

/// What may stand within a name, folded.
const PARTICLES: &[&str] = &[
    "de", "du", "des", "d", "la", "le", "l", "of", "the", "von", "van", "der", "da", "di", "del", "et", "al", "ibn",
    "sur", "on",
];

/// Names of days, which nobody asks for.
const DAYS: &[&str] =
    &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mr", "mrs", "dr", "m", "mme", "i"];

/// The names in a unit.
pub(super) fn find(lesson: &Lesson, index: usize) -> Vec<Fact> {
    let unit = &lesson.units[index];
    let mut found = Vec::new();
    let mut at = 0;
    while at < unit.tokens.len() {
        if !starts_name(lesson, unit, at) {
            at += 1;
            continue;
        }
        let last = end_of_name(lesson, unit, at);
        if let Some(weight) = worth(lesson, unit, (at, last)) {
            found.push(Fact::of_tokens(lesson, index, (at, last), FactKind::Name, weight));
        }
        at = last + 1;
    }
    found
}

fn is_capital(lesson: &Lesson, unit: &Unit, at: usize) -> bool {
    unit.tokens.get(at).is_some_and(|token| {
        let is_month =
            MONTHS.iter().flatten().any(|month| *month == token.folded) || DAYS.contains(&token.folded.as_str());
        let is_grammar =
            is_function_word(&token.folded, lesson.language) && (begins(unit, at) || token.folded.len() < 3);
        token.capital && token.kind == TokenKind::Word && !is_month && !is_grammar
    })
}

/// Whether a name may begin here: with a capital letter that no sentence's beginning explains.
fn starts_name(lesson: &Lesson, unit: &Unit, at: usize) -> bool {
    let token = &unit.tokens[at];
    if !is_capital(lesson, unit, at) {
        return false;
    }
    if !begins(unit, at) {
        return true;
    }
    let known = lesson.upper.contains(&token.folded) || lesson.marked.contains(&token.folded);
    let is_acronym = unit.text(&token.range).chars().filter(|letter| letter.is_uppercase()).count() > 1;
    let is_of =
        unit.tokens.get(at + 1).is_some_and(|next| matches!(next.folded.as_str(), "de" | "d" | "of" | "von" | "van"));
    let next = if is_of { at + 2 } else { at + 1 };
    let goes_on = is_capital(lesson, unit, next) && unit.gap(at) == " " && unit.gap(next - 1).len() == 1;
    known
        || is_acronym
        || (goes_on && !lesson.lower.contains(&token.folded) && !is_function_word(&token.folded, lesson.language))
}

fn end_of_name(lesson: &Lesson, unit: &Unit, start: usize) -> usize {
    let mut last = start;
    // « coup d'État de Napoléon »: what is itself within a phrase takes no further part.
    let is_part = start.checked_sub(1).is_some_and(|before| {
        matches!(unit.tokens[before].folded.as_str(), "d" | "de" | "du" | "des")
            && before > 0
            && !unit.tokens[before - 1].capital
    });
    loop {
        let near = |index: usize| matches!(unit.gap(index), " " | "\u{a0}" | "'" | "’" | ". ");
        if !near(last) || (unit.gap(last) == ". " && unit.tokens[last].folded.len() > 1) {
            return last;
        }
        if is_capital(lesson, unit, last + 1) {
            last += 1;
            continue;
        }
        // « Première Guerre mondiale », « Bibliothèque nationale de France ».
        if lesson.language == Language::Fr && last == start + usize::from(last > start) && is_adjective(unit, last + 1)
        {
            last += 1;
            continue;
        }
        let is_number = |at: usize| {
            unit.tokens.get(at).is_some_and(|token| {
                token.kind == TokenKind::Number
                    && token.folded.len() <= 3
                    && !is_year(&token.folded)
                    && token.folded.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        // « Apollo 11 », but not « in Paris 3 people ».
        if is_number(last + 1)
            && !unit.tokens.get(last + 2).is_some_and(|next| {
                next.kind == TokenKind::Word
                    && unit.gap(last + 1) == " "
                    && !is_function_word(&next.folded, lesson.language)
            })
        {
            last += 1;
            continue;
        }
        let particle = |at: usize| {
            unit.tokens.get(at).is_some_and(|token| PARTICLES.contains(&token.folded.as_str()) && !token.capital)
        };
        // « William the Conqueror »: only behind a single name.
        let joins = |at: usize| match unit.tokens[at].folded.as_str() {
            "et" | "al" | "on" | "sur" => false,
            "the" | "le" | "la" => last == start && !begins(unit, start),
            _ => !is_part,
        };
        let single = particle(last + 1) && near(last + 1) && is_capital(lesson, unit, last + 2) && joins(last + 1);
        if single {
            last += 2;
            continue;
        }
        let double = !is_part
            && particle(last + 1)
            && particle(last + 2)
            && near(last + 1)
            && near(last + 2)
            && is_capital(lesson, unit, last + 3)
            && matches!(unit.tokens[last + 1].folded.as_str(), "de" | "of" | "von" | "van");
        if double {
            last += 3;
            continue;
        }
        return last;
    }
}

/// Whether a word is of the form of adjectives that French names end in.
fn is_adjective(unit: &Unit, at: usize) -> bool {
    const ENDINGS: [&str; 8] = ["nal", "nale", "nales", "diale", "diaux", "caise", "lique", "pale"];
    unit.tokens.get(at).is_some_and(|token| {
        !token.capital && unit.gap_before(at) == " " && ENDINGS.iter().any(|ending| token.folded.ends_with(ending))
    })
}

fn worth(lesson: &Lesson, unit: &Unit, (first, last): (usize, usize)) -> Option<f64> {
    let range = unit.tokens[first].range.start..unit.tokens[last].range.end;
    let text = unit.text(&range);
    if text.chars().count() < 2 || last - first > 6 {
        return None;
    }
    if first == last
        && (is_generic(&unit.tokens[first].folded) || text.chars().count() < 3 && !text.chars().all(char::is_uppercase))
    {
        return None;
    }
    // « the Norman conquest »: English makes adjectives of names.
    let describes = lesson.language == Language::En
        && unit.gap(last) == " "
        && unit.tokens.get(last + 1).is_some_and(|next| {
            !next.capital && next.kind == TokenKind::Word && lesson.carries(next) && !next.folded.ends_with("ed")
        });
    let several = if last > first { 1.05 } else { 0.95 } * if describes { 0.75 } else { 1.0 };
    let marked = if lesson.marked.contains(&crate::text::fold(text)) { 1.1 } else { 1.0 };
    let again = if lesson.frequency(&unit.tokens[last].folded) > 1 { 1.03 } else { 1.0 };
    Some(several * marked * again)
}
