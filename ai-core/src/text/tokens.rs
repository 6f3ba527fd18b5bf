//! Words and numbers, with where they stand.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use super::fold;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A word, or a part of one before an elision (`l'`).
    Word,
    /// It begins with a digit; the thousands of a number are one token with it.
    Number,
}

/// A word or a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
    /// The word without case and accents; an elided one without its apostrophe.
    pub folded: String,
    /// What it is.
    pub kind: TokenKind,
    /// Whether it begins with a capital letter.
    pub capital: bool,
}

/// What loses its vowel before another word, without the apostrophe.
const ELIDED: &[&str] =
    &["l", "d", "qu", "n", "s", "j", "m", "t", "c", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu", "quelqu"];

/// The words of a text (UAX #29): split after what is elided (`l'été`), whole across hyphens (`Jean-Paul`), numbers whole
/// with their thousands (`1 000 000`). An English possessive `'s` is left out.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::with_capacity(text.len() / 5);
    for (start, word) in text.unicode_word_indices() {
        let mut start = start;
        let mut word = word;
        while let Some((head, rest)) = split_elision(word) {
            push(text, start..start + head, &mut found);
            start += word.len() - rest.len();
            word = rest;
        }
        let word = without_possessive(word);
        let range = start..start + word.len();
        if !range.is_empty() && !joined(text, &range, &mut found) {
            push(text, range, &mut found);
        }
    }
    found
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Token>) {
    let word = &text[range.clone()];
    let first = word.chars().next();
    let kind = if first.is_some_and(char::is_numeric) { TokenKind::Number } else { TokenKind::Word };
    found.push(Token { folded: fold(word), kind, capital: first.is_some_and(char::is_uppercase), range });
}

/// The length of an elided word and what follows its apostrophe.
fn split_elision(word: &str) -> Option<(usize, &str)> {
    let (head, rest) = word.split_once(['\'', '’'])?;
    let is_elided =
        !rest.is_empty() && ELIDED.contains(&fold(head).as_str()) && !matches!(rest, "s" | "t" | "re" | "m");
    is_elided.then_some((head.len(), rest))
}

fn without_possessive(word: &str) -> &str {
    word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word)
}

/// Whether the word belongs to the token before: behind a hyphen, or as the thousands of a number.
fn joined(text: &str, range: &Range<usize>, found: &mut [Token]) -> bool {
    let Some(before) = found.last_mut() else { return false };
    let word = &text[range.clone()];
    let between = &text[before.range.end..range.start];
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let head = text[before.range.clone()].rsplit([' ', '\u{a0}', '\u{202f}']).next().unwrap_or_default();
    let thousands = matches!(between, " " | "\u{a0}" | "\u{202f}")
        && before.kind == TokenKind::Number
        && is_digits(head)
        && (1..=3).contains(&head.len())
        && (head.len() == 3 || head.len() == before.range.len())
        && word.len() >= 3
        && word.bytes().take(3).all(|byte| byte.is_ascii_digit())
        && word.bytes().skip(3).all(|byte| matches!(byte, b',' | b'.' | b'0'..=b'9'))
        && !word.as_bytes().get(3).is_some_and(u8::is_ascii_digit);
    let compound = matches!(between, "-" | "‑") && before.kind == TokenKind::Word && !is_clitic(word);
    if thousands || compound {
        before.range.end = range.end;
        before.folded = fold(&text[before.range.clone()]);
    }
    thousands || compound
}

/// What hangs on a verb by a hyphen and is no part of it: « ouvrez-le », « est-il ».
fn is_clitic(word: &str) -> bool {
    const CLITICS: &[&str] = &[
        "le", "la", "les", "lui", "leur", "moi", "toi", "nous", "vous", "il", "ils", "elle", "elles", "on", "je", "tu",
        "t", "y", "en", "ce", "ci",
    ];
    CLITICS.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokens(text).into_iter().map(|token| &text[token.range]).collect()
    }

    #[test]
    fn elisions_compounds_and_thousands() {
        assert_eq!(words("L'été, jusqu’à l'Oise : Jean-Paul"), ["L", "été", "jusqu", "à", "l", "Oise", "Jean-Paul"]);
        assert_eq!(words("Ouvrez-le, read.csv(x) aujourd'hui"), ["Ouvrez", "le", "read.csv", "x", "aujourd'hui"]);
        assert_eq!(words("1 000 000 € en 2012 300 fois 3,5 %"), ["1 000 000", "en", "2012", "300", "fois", "3,5"]);
        assert_eq!(words("the dog's don't 12 345.67"), ["the", "dog", "don't", "12 345.67"]);
    }
}
