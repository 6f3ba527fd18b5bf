//! Letters without case and accents.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// The text compatibility-decomposed (Unicode NFKD) without combining marks, lower-cased, œ, æ and ß spelt out.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        folded.push_str(text);
        folded.make_ascii_lowercase();
        return folded;
    }
    for letter in text.chars() {
        if letter.is_ascii() {
            folded.push(letter.to_ascii_lowercase());
        } else {
            decompose_compatible(letter, |part| push(part, &mut folded));
        }
    }
    folded
}

fn push(part: char, folded: &mut String) {
    for letter in part.to_lowercase() {
        match letter {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            '’' | 'ʼ' => folded.push('\''),
            // Lower-casing may decompose too: the capital dotted I.
            letter if is_combining_mark(letter) => {}
            letter => folded.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_ligatures_do_not_count() {
        assert_eq!(fold("L’Été : CŒUR"), "l'ete : coeur");
        assert_eq!(fold("E\u{301}te\u{301} İ"), "ete i");
    }
}
