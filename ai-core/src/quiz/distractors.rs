//! Wrong answers: of the same kind as the right one, and wrong.

use std::collections::{HashMap, HashSet};

use super::facts::{Fact, FactKind, stands_in};
use super::functions::family;
use super::lesson::{Lesson, count};
use super::number_values::{Figure, years_near};
use super::numbers::{MONTHS, NUMERALS};
use crate::hash::fixed_hash;
use crate::text::{fold, is_determiner, is_plural_determiner, tokens};

/// A sentence that says this much of the same of another thing makes that another right answer.
const SAME: f64 = 0.5;

/// At most `most` wrong answers to a fact, the most fitting first: what stands where it stands in no other sentence, in
/// no part of its own, and holds or is held by neither it nor another.
pub(super) fn wrong_answers(lesson: &Lesson, facts: &[Fact], fact: &Fact, most: usize) -> Vec<String> {
    let mut chosen: Vec<String> = Vec::new();
    let mut taken: Vec<String> = vec![fact.folded.clone()];
    let sentence = fold(&lesson.units[fact.unit].source);
    for text in candidates(lesson, facts, fact) {
        if chosen.len() == most {
            break;
        }
        let folded = fold(&text);
        let overlaps =
            |other: &String| if is_number(fact.kind) { same_number(other, &folded) } else { overlap(other, &folded) };
        if folded.is_empty()
            || taken.iter().any(overlaps)
            || stands_in(&sentence, &folded)
            || is_right_too(lesson, fact, &text)
        {
            continue;
        }
        taken.push(folded);
        chosen.push(text);
    }
    chosen
}

const fn is_number(kind: FactKind) -> bool {
    matches!(
        kind,
        FactKind::Year | FactKind::Percent | FactKind::Number | FactKind::Date | FactKind::Century | FactKind::Numeral
    )
}

fn same_number(a: &str, b: &str) -> bool {
    a == b || matches!((Figure::read(a), Figure::read(b)), (Some(a), Some(b)) if a.equals(&b))
}

/// Whether one text holds the other, or both are the same word in another form.
fn overlap(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.trim_end_matches(['s', 'x']).to_owned();
    a.contains(b) || b.contains(a) || plain(a) == plain(b) || share_a_name(a, b)
}

/// Whether two texts have a long word in common: a person under another name, a part of the same thing.
fn share_a_name(a: &str, b: &str) -> bool {
    const LONG: usize = 4;
    let words = |text: &'_ str| -> Vec<String> {
        text.split([' ', '-', '\''])
            .map(|word| word.trim_end_matches('s').to_owned())
            .filter(|word| word.len() >= LONG)
            .collect()
    };
    let (a, b) = (words(a), words(b));
    a.iter().any(|word| b.contains(word))
}

/// Whether another sentence says of this text what the fact's sentence says of the fact.
fn is_right_too(lesson: &Lesson, fact: &Fact, text: &str) -> bool {
    let own: HashSet<u32> = lesson.known_content(&tokens(text)).into_iter().collect();
    if own.is_empty() {
        return false;
    }
    let asked: HashSet<u32> = lesson.known_content(&tokens(&fact.text)).into_iter().collect();
    let said: Vec<u32> = lesson.units[fact.unit].content.iter().copied().filter(|id| !asked.contains(id)).collect();
    let stems: Vec<u32> = own.iter().copied().collect();
    lesson.holding(&stems).into_iter().filter(|unit| *unit != fact.unit).any(|unit| {
        let other = &lesson.units[unit].content;
        let common = said.iter().filter(|id| other.contains(id) && !own.contains(id)).count();
        count(common) >= SAME * count(said.len().max(2))
    })
}

/// What could be wrong answers, the most fitting first.
fn candidates(lesson: &Lesson, facts: &[Fact], fact: &Fact) -> Vec<String> {
    match fact.kind {
        FactKind::Year | FactKind::Percent | FactKind::Number => numbers(facts, fact),
        FactKind::Century => centuries(fact),
        FactKind::Date => dates(facts, fact),
        FactKind::Numeral => numerals(fact),
        FactKind::Function => {
            let mut found = alike(lesson, facts, fact);
            let known = family(&fact.text).unwrap_or_default();
            let mut known: Vec<String> =
                known.iter().filter(|name| name.len() > 1).map(|name| (*name).to_owned()).collect();
            known.sort_by_key(|name| fixed_hash([fact.text.as_str(), name]));
            found.extend(known);
            found
        }
        FactKind::Definition | FactKind::Name | FactKind::Term => alike(lesson, facts, fact),
    }
}

/// Numbers: up to two from the text, then others near.
fn numbers(facts: &[Fact], fact: &Fact) -> Vec<String> {
    let Some(own) = Figure::read(&fact.text) else { return Vec::new() };
    let salt = format!("{} {}", fact.text, fact.range.start);
    let mut found: Vec<&Fact> = facts
        .iter()
        .filter(|other| {
            other.kind == fact.kind && other.unit != fact.unit && other.text.len().abs_diff(fact.text.len()) <= 1
        })
        .collect();
    found.sort_by_key(|other| (other.unit.abs_diff(fact.unit), fixed_hash([salt.as_str(), &other.text])));
    let mut texts: Vec<String> = found.into_iter().map(|other| other.text.clone()).take(2).collect();
    texts.extend(match fact.kind {
        FactKind::Year => years_near(fact.text.parse().unwrap_or(2000), &salt),
        FactKind::Percent => own.near(Some(100), &salt),
        FactKind::Definition
        | FactKind::Function
        | FactKind::Date
        | FactKind::Century
        | FactKind::Number
        | FactKind::Numeral
        | FactKind::Name
        | FactKind::Term => own.near(None, &salt),
    });
    texts
}

/// Dates of the text of the same form, then this one with another day, month or year.
fn dates(facts: &[Fact], fact: &Fact) -> Vec<String> {
    let parts = |text: &str| text.split_whitespace().count();
    let found = facts.iter().filter(|other| {
        other.kind == FactKind::Date && other.unit != fact.unit && parts(&other.text) == parts(&fact.text)
    });
    let mut texts: Vec<String> = found.map(|other| other.text.clone()).take(2).collect();
    let months =
        MONTHS.iter().find(|list| list.iter().any(|month| fact.folded.split([' ', ',']).any(|word| word == *month)));
    let written: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let mut made = Vec::new();
    for word in fact.text.split([' ', ',', '\u{a0}']).filter(|word| !word.is_empty()) {
        if word.len() == 4
            && let Ok(year) = word.parse()
        {
            made.extend(
                years_near(year, &fact.text).into_iter().take(3).map(|year| fact.text.replacen(word, &year, 1)),
            );
        } else if let Some(list) = months
            && let Some(at) = list.iter().position(|month| *month == fold(word))
        {
            for step in [2, 5, 9] {
                let month = if list == &MONTHS[0] {
                    written[(at + step) % 12].to_owned()
                } else {
                    capitalised(MONTHS[1][(at + step) % 12])
                };
                made.push(fact.text.replacen(word, &month, 1));
            }
        } else if let Ok(day) = word.parse::<u32>() {
            made.extend([3, 7, 11].map(|step| fact.text.replacen(word, &((day + step - 1) % 28 + 1).to_string(), 1)));
        }
    }
    made.sort_by_key(|text| fixed_hash([fact.text.as_str(), text]));
    texts.extend(made);
    texts
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn centuries(fact: &Fact) -> Vec<String> {
    const ROMAN: [&str; 21] = [
        "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
        "XVIII", "XIX", "XX", "XXI",
    ];
    let roman = fact.text.trim_end_matches(|letter: char| !matches!(letter, 'I' | 'V' | 'X'));
    let ending = &fact.text[roman.len()..];
    let Some(at) = ROMAN.iter().position(|numeral| *numeral == roman) else { return Vec::new() };
    let mut near: Vec<usize> =
        (at.saturating_sub(3)..=(at + 3).min(20)).filter(|other| *other != at && *other > 0).collect();
    near.sort_by_key(|other| fixed_hash([fact.text.as_str(), ROMAN[*other]]));
    near.into_iter().map(|other| format!("{}{}", ROMAN[other], if ending == "er" { "e" } else { ending })).collect()
}

fn numerals(fact: &Fact) -> Vec<String> {
    let Some(list) = NUMERALS.iter().find(|list| list.contains(&fact.folded.as_str())) else { return Vec::new() };
    let at = list.iter().position(|word| *word == fact.folded).unwrap_or(0);
    let mut near: Vec<usize> = (0..list.len()).filter(|other| *other != at && other.abs_diff(at) <= 4).collect();
    near.sort_by_key(|other| fixed_hash([fact.folded.as_str(), list[*other]]));
    let is_capital = fact.text.chars().next().is_some_and(char::is_uppercase);
    near.into_iter().map(|other| if is_capital { capitalised(list[other]) } else { list[other].to_owned() }).collect()
}

/// Other facts of the text of the same kind: those first that stand behind the same word, and look alike.
fn alike(lesson: &Lesson, facts: &[Fact], fact: &Fact) -> Vec<String> {
    let kinds: &[FactKind] = match fact.kind {
        FactKind::Definition => &[FactKind::Definition, FactKind::Term, FactKind::Name],
        FactKind::Term => &[FactKind::Term, FactKind::Definition],
        FactKind::Name => &[FactKind::Name],
        FactKind::Function
        | FactKind::Date
        | FactKind::Year
        | FactKind::Century
        | FactKind::Percent
        | FactKind::Number
        | FactKind::Numeral => &[FactKind::Function],
    };
    let is_capital = |text: &str| text.chars().next().is_some_and(char::is_uppercase);
    let is_acronym = |text: &str| text.chars().filter(|letter| letter.is_alphabetic()).all(char::is_uppercase);
    let words = |text: &str| text.split([' ', '-', '\'', '’']).count();
    // Persons have two names and no particle, works and institutions have particles, places one word.
    let genders: HashMap<&str, u8> =
        facts.iter().filter_map(|fact| Some((fact.folded.as_str(), gender(fact)?))).collect();
    let gender_of = |fact: &Fact| gender(fact).or_else(|| genders.get(fact.folded.as_str()).copied());
    let agree = |one: Option<u8>, other: Option<u8>| Some(one? == other?);
    let shape = |text: &str| {
        let capitals = text.split(' ').filter(|word| is_capital(word)).count();
        (capitals.min(2), words(text) > capitals)
    };
    let likeness = |other: &Fact| {
        let same_word = if other.before == fact.before { 3 } else { 0 };
        let determined = is_determiner(&other.before) == is_determiner(&fact.before);
        let number = is_plural_determiner(&other.before) == is_plural_determiner(&fact.before);
        let definition = other.kind == fact.kind;
        same_word
            + i32::from(determined)
            + i32::from(number)
            + 2 * i32::from(definition)
            + 2 * i32::from(agree(gender_of(other), gender_of(fact)).unwrap_or(false))
            + i32::from(words(&other.text) == words(&fact.text))
            + 2 * i32::from(shape(&other.text) == shape(&fact.text))
            + i32::from(other.weight > 0.5)
            + i32::from(lesson.units[other.unit].is_code == lesson.units[fact.unit].is_code)
    };
    let fits = |other: &&Fact| {
        kinds.contains(&other.kind)
            && other.unit != fact.unit
            && other.folded != fact.folded
            && is_capital(&other.text) == is_capital(&fact.text)
            && (fact.kind != FactKind::Name || is_acronym(&other.text) == is_acronym(&fact.text))
            && (fact.kind != FactKind::Term || agree(gender_of(other), gender_of(fact)) != Some(false))
    };
    let mut found: Vec<(&Fact, i32)> = facts.iter().filter(fits).map(|other| (other, likeness(other))).collect();
    found.sort_by_cached_key(|(other, likeness)| {
        (std::cmp::Reverse(*likeness), fixed_hash([fact.folded.as_str(), &other.folded]), other.unit, other.range.start)
    });
    let mut seen = HashSet::new();
    found
        .into_iter()
        .filter(|(other, _)| seen.insert(other.folded.clone()))
        .map(|(other, _)| other.text.clone())
        .collect()
}

/// What the word before tells of a noun's gender and number; a wrong answer must not be known by its article.
fn gender(fact: &Fact) -> Option<u8> {
    match fact.before.as_str() {
        "le" | "un" | "du" | "au" | "ce" | "cet" | "son" => Some(0),
        "la" | "une" | "cette" | "sa" => Some(1),
        "les" | "des" | "aux" | "ces" | "ses" | "leurs" | "these" | "those" => Some(2),
        _ => None,
    }
}
