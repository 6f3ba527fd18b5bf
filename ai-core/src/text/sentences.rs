//! Where sentences end.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use super::fold;

/// Words that end in a point and no sentence with it, folded, in both languages.
const ABBREVIATIONS: &[&str] = &[
    "m", "mm", "mme", "mlle", "dr", "pr", "st", "ste", "me", "mgr", "av", "apr", "env", "ex", "fig", "tab", "chap",
    "vol", "ed", "art", "cf", "p", "pp", "no", "n", "vs", "etc", "mr", "mrs", "ms", "prof", "sr", "jr", "inc", "ltd",
    "co", "corp", "dept", "univ", "approx", "eq", "sec", "ref", "al", "ca", "c", "b", "d", "i.e", "e.g", "p.ex",
    "c.-a-d", "u.s", "u.k", "gen", "col", "lt", "sgt", "rev", "hon", "gov", "sen", "rep", "jan", "feb", "mar", "apr",
    "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "janv", "fevr", "avr", "juil",
];

/// Brackets that a sentence closes before it ends.
const BRACKETS: [(char, char); 4] = [('(', ')'), ('[', ']'), ('«', '»'), ('“', '”')];

/// A sentence that is longer than this does not wait for its brackets to close, in bytes.
const PATIENCE: usize = 600;

/// The sentences of a text, by where they stand, without outer blanks. Unicode's rules (UAX #29), save that they end
/// neither at abbreviations, initials and numbers of lists, nor inside brackets, nor where a line is broken.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, piece) in text.split_sentence_bound_indices() {
        let end = at + piece.len();
        let rest = &text[end..];
        if rest.trim().is_empty() || ends_here(&text[start..end], rest) {
            push(text, start..end, &mut found);
            start = end;
        }
    }
    push(text, start..text.len(), &mut found);
    found
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let piece = &text[range.clone()];
    let trimmed = piece.trim();
    if !trimmed.is_empty() {
        let start = range.start + (piece.len() - piece.trim_start().len());
        found.push(start..start + trimmed.len());
    }
}

/// Whether a sentence ends between these two.
fn ends_here(before: &str, after: &str) -> bool {
    let trimmed = before.trim_end();
    let closed = trimmed.trim_end_matches(['"', '\'', ')', ']', '»', '”', '’', '\u{a0}', '\u{202f}', ' ']);
    let Some(last) = closed.chars().next_back() else { return false };
    if !matches!(last, '.' | '!' | '?' | '…') {
        return false;
    }
    if after.trim_start().chars().next().is_some_and(char::is_lowercase) {
        return false;
    }
    if last == '.' && closed.len() == trimmed.len() && is_no_end(&closed[..closed.len() - 1]) {
        return false;
    }
    let open =
        |(opening, closing): &(char, char)| trimmed.matches(*opening).count() > trimmed.matches(*closing).count();
    trimmed.len() > PATIENCE || !BRACKETS.iter().any(open)
}

/// Whether what stands before a point is an abbreviation, an initial or the number of a list.
fn is_no_end(text: &str) -> bool {
    let word = text.rsplit(|letter: char| letter.is_whitespace() || matches!(letter, '(' | '«' | '\'' | '’')).next();
    let Some(word) = word.filter(|word| !word.is_empty()) else { return false };
    let mut letters = word.chars();
    if let (Some(letter), None) = (letters.next(), letters.next())
        && letter.is_uppercase()
    {
        return true;
    }
    let is_whole = word.len() == text.trim().len();
    (is_whole && word.bytes().all(|byte| byte.is_ascii_digit())) || ABBREVIATIONS.contains(&fold(word).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_end_at_their_points_only() {
        assert_eq!(
            split("M. Dupont a 3.5 ans. Il dit : « Bonjour ! Ça va ? » et part. Voir p. ex. la fig. 3. Fin"),
            ["M. Dupont a 3.5 ans.", "Il dit : « Bonjour ! Ça va ? » et part.", "Voir p. ex. la fig. 3.", "Fin"]
        );
        assert_eq!(
            split("J. R. R. Tolkien wrote it (in 1937. Really!) at Oxford.\nIt sold well,\nsays Dr. Who."),
            ["J. R. R. Tolkien wrote it (in 1937. Really!) at Oxford.", "It sold well,\nsays Dr. Who."]
        );
        assert_eq!(split("1. Ouvrez le fichier. 2. Lisez-le."), ["1. Ouvrez le fichier.", "2. Lisez-le."]);
        assert_eq!(split(" \n "), Vec::<&str>::new());
    }
}
