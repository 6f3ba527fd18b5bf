//! Key terms: what a text speaks of again and again.

use std::collections::HashMap;

use super::facts::{Fact, FactKind};
use super::lesson::{Lesson, Unit, count};
use crate::Language;
use crate::text::{Token, TokenKind, fold, is_determiner, is_function_word, is_generic, is_plural_determiner};

/// The longest term, in words.
const WORDS: usize = 3;

/// How often each term of a lesson occurs, by its folded words with their particles.
pub(super) type Repeated = HashMap<String, usize>;

/// The terms that occur more than once, or that the author has set off.
pub(super) fn repeated(lesson: &Lesson) -> Repeated {
    let mut counts = Repeated::new();
    for unit in lesson.units.iter().filter(|unit| !unit.is_code) {
        for first in 0..unit.tokens.len() {
            for last in ends(lesson, unit, first) {
                *counts.entry(key(unit, first, last)).or_insert(0) += 1;
            }
        }
    }
    counts.retain(|term, times| {
        if lesson.marked.contains(term) {
            *times += 2;
        }
        *times > 1
    });
    counts
}

/// The terms of a unit: the longest that come back, where a noun is expected; and, worth less, single nouns.
pub(super) fn find(lesson: &Lesson, index: usize, repeated: &Repeated) -> Vec<Fact> {
    let unit = &lesson.units[index];
    let mut found = Vec::new();
    let mut at = 0;
    while at < unit.tokens.len() {
        let longest =
            ends(lesson, unit, at).into_iter().rev().find(|last| repeated.contains_key(&key(unit, at, *last)));
        let (last, times) = match longest {
            Some(last) => (last, repeated[&key(unit, at, last)]),
            None => (at, 1),
        };
        if is_noun(lesson, unit, (at, last)) {
            let weight = if times == 1 { 0.4 } else { 0.6 + 0.05 * count(times.min(6)) };
            let longer = 1.0 + 0.1 * count(last - at);
            let marked = if lesson.marked.contains(&key(unit, at, last)) { 1.3 } else { 1.0 };
            found.push(Fact::of_tokens(lesson, index, (at, last), FactKind::Term, weight * longer * marked));
            at = last;
        }
        at += 1;
    }
    found
}

/// The longest word of a unit that says nothing else.
pub(super) fn last_resort(lesson: &Lesson, index: usize) -> Option<Fact> {
    let unit = &lesson.units[index];
    let words = unit.tokens.iter().enumerate().filter(|(_, token)| {
        carries(lesson, token) && token.folded.len() > 4 && !is_adverb(&token.folded) && !token.capital
    });
    let (at, _) = words.max_by_key(|(at, token)| (token.folded.len(), std::cmp::Reverse(*at)))?;
    Some(Fact::of_tokens(lesson, index, (at, at), FactKind::Term, 0.15))
}

fn key(unit: &Unit, first: usize, last: usize) -> String {
    fold(unit.text(&(unit.tokens[first].range.start..unit.tokens[last].range.end)))
}

fn carries(lesson: &Lesson, token: &Token) -> bool {
    token.kind == TokenKind::Word && lesson.carries(token) && token.folded.len() > 2 && !is_generic(&token.folded)
}

/// Where a term that begins here may end: words that carry something side by side, or with « de » between.
fn ends(lesson: &Lesson, unit: &Unit, first: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    if !carries(lesson, &unit.tokens[first]) {
        return ends;
    }
    ends.push(first);
    let (mut at, mut words) = (first, 1);
    while words < WORDS && at + 1 < unit.tokens.len() && unit.gap(at) == " " {
        let next = &unit.tokens[at + 1];
        let particle = matches!(next.folded.as_str(), "de" | "d" | "of")
            && at + 2 < unit.tokens.len()
            && matches!(unit.gap(at + 1), " " | "'" | "’");
        let step = if particle { at + 2 } else { at + 1 };
        if !carries(lesson, &unit.tokens[step]) {
            break;
        }
        at = step;
        words += 1;
        ends.push(at);
    }
    ends
}

/// Whether a noun stands there: a determiner before it that fits, and no more words of it behind.
fn is_noun(lesson: &Lesson, unit: &Unit, (first, last): (usize, usize)) -> bool {
    let token = &unit.tokens[first];
    if !carries(lesson, token) || token.capital && first == 0 {
        return false;
    }
    let Some(before) = first.checked_sub(1).map(|at| &unit.tokens[at]) else { return false };
    let determined =
        is_determiner(&before.folded) && unit.gap(first - 1).trim_matches([' ', '\'', '’', '\u{a0}']).is_empty();
    let head = unit.tokens[last].folded.as_str();
    let single = first == last;
    // « le package ggplot2 », « le roi Louis » : what follows is what is spoken of.
    let names = unit.gap(last) == " "
        && unit.tokens.get(last + 1).is_some_and(|next| {
            next.capital
                || next.kind == TokenKind::Number
                || lesson.code.contains(unit.text(&next.range))
                || next.folded.contains(|letter: char| letter.is_ascii_digit() || letter == '_')
        });
    if names {
        return false;
    }
    match lesson.language {
        Language::Fr => {
            let fits = !is_plural_determiner(&before.folded) || token.folded.ends_with(['s', 'x', 'z']);
            let is_verb = single
                && (token.folded.ends_with("er") && !token.folded.ends_with("ier")
                    || token.folded.ends_with("ir")
                    || token.folded.ends_with("ant"));
            let elided = before.folded == "l"
                && single
                && (token.folded.ends_with("ons")
                    || token.folded.ends_with("ez")
                    || token.folded.ends_with('e') && lesson.frequency(&token.folded) < 2);
            // A preposition before leaves no doubt of what the determiner is.
            determined && fits && !is_verb && !elided && !is_adverb(head) && !is_adverb(&token.folded)
        }
        Language::En => {
            let after = unit.tokens.get(last + 1);
            let ends = after.is_none_or(|next| is_function_word(&next.folded, Language::En) || unit.gap(last) != " ");
            let is_verb = single && (head.ends_with("ed") || head.ends_with("ing"));
            determined && ends && !is_verb && !is_adverb(head)
        }
    }
}

fn is_adverb(folded: &str) -> bool {
    folded.len() > 5
        && (folded.ends_with("ment")
            && !matches!(
                folded,
                "argument"
                    | "document"
                    | "element"
                    | "moment"
                    | "segment"
                    | "logement"
                    | "traitement"
                    | "changement"
                    | "environnement"
                    | "gouvernement"
                    | "developpement"
                    | "mouvement"
                    | "batiment"
                    | "instrument"
                    | "monument"
                    | "fonctionnement"
                    | "chargement"
                    | "enregistrement"
                    | "remboursement"
                    | "paiement"
                    | "abonnement"
            )
            || folded.ends_with("ly"))
}
