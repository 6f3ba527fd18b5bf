//! Sentences that say what something is: « Un vecteur est une suite de valeurs ».

use super::facts::{Fact, FactKind};
use super::lesson::{Lesson, Unit};
use crate::text::{TokenKind, is_determiner, is_function_word, is_generic};

/// Verbs that stand between a term and its meaning, folded; behind those of the second list a determiner must follow.
const MEAN: &[&str] = &["designe", "designent", "signifie", "represente", "means", "denotes", "describes"];
const BE: &[&str] = &["est", "sont", "etait", "etaient", "fut", "is", "are", "was", "were"];

/// What may not stand before a term that stands for itself.
const POINTING: &[&str] = &[
    "ce", "cet", "cette", "ces", "son", "sa", "ses", "leur", "leurs", "this", "that", "these", "those", "its", "their",
    "his", "her", "notre", "nos", "our", "votre", "your",
];

/// The longest term, in words; the least meaning, in words.
const TERM_WORDS: usize = 5;
const MEANING_WORDS: usize = 4;

/// The definition that a unit is, if it is one.
pub(super) fn find(lesson: &Lesson, index: usize) -> Option<Fact> {
    let unit = &lesson.units[index];
    let (first, verb) = parts(unit)?;
    let last = verb - 1;
    let term = &unit.tokens[first..=last];
    let head = term.iter().find(|token| !is_function_word(&token.folded, lesson.language))?;
    let is_particle = |word: &str| {
        matches!(
            word,
            "de" | "d"
                | "du"
                | "des"
                | "la"
                | "le"
                | "l"
                | "les"
                | "a"
                | "au"
                | "en"
                | "of"
                | "the"
                | "in"
                | "et"
                | "and"
        )
    };
    if term
        .iter()
        .any(|token| is_function_word(&token.folded, lesson.language) && !is_particle(&token.folded) && !token.capital)
    {
        return None;
    }
    let determiner = first.checked_sub(1).map_or("", |at| unit.tokens[at].folded.as_str());
    let is_special = head.capital && first > 0
        || lesson.frequency(&head.folded) > 1
        || term.len() > 1
        || matches!(determiner, "un" | "une" | "a" | "an")
        || lesson.marked.contains(&head.folded);
    if is_generic(&head.folded) && term.len() == 1 || !is_special && !head.capital {
        return None;
    }
    let meaning = unit.tokens[verb].range.end..unit.source.trim_end_matches(['.', '!', ';', '…', ' ', '\u{a0}']).len();
    let said = unit.text(&meaning).trim();
    let start = meaning.start + (unit.text(&meaning).len() - unit.text(&meaning).trim_start().len());
    let folded = crate::text::fold(said);
    let mut fact = Fact::of_tokens(lesson, index, (first, last), FactKind::Definition, 1.3);
    let tells = term.iter().any(|token| token.folded.len() > 3 && folded.contains(&token.folded))
        || folded.contains(&fact.folded);
    if tells || said.chars().count() > 300 || said.contains([':', ';', '?']) {
        return None;
    }
    fact.meaning = Some(start..start + said.len());
    Some(fact)
}

/// Where the term begins and where the verb stands.
fn parts(unit: &Unit) -> Option<(usize, usize)> {
    let first_word = unit.tokens.first()?.folded.as_str();
    let first = usize::from(is_determiner(first_word) && !unit.gap(0).is_empty());
    if POINTING.contains(&first_word) {
        return None;
    }
    let verb = (first + 1..=(first + TERM_WORDS).min(unit.tokens.len().checked_sub(1)?)).find(|at| {
        let word = unit.tokens[*at].folded.as_str();
        MEAN.contains(&word) || BE.contains(&word)
    })?;
    // Whether the term ends with a plain name, without commas within, and its meaning is told.
    let near = (first..verb).all(|at| {
        matches!(unit.gap(at), " " | "'" | "’" | "\u{a0}") || unit.gap(at).starts_with('(') && unit.gap(at).len() < 3
    });
    let next = unit.tokens.get(verb + 1)?;
    let means = MEAN.contains(&unit.tokens[verb].folded.as_str());
    let article = matches!(
        next.folded.as_str(),
        "un" | "une" | "le" | "la" | "l" | "les" | "des" | "a" | "an" | "the" | "one" | "any"
    );
    let is_word = unit.tokens[first].kind == TokenKind::Word;
    let is_long = unit.tokens.len() - verb > MEANING_WORDS;
    (near && is_word && is_long && (article || means) && unit.gap(verb).trim().is_empty()).then_some((first, verb))
}
