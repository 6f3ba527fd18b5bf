//! Reading a text: what of it is prose, where its sentences end, what its words are and what they have in common.
//!
//! | file | what it does |
//! |---|---|
//! | `blocks` | HTML, Markdown or plain text → headings, prose, list items, code |
//! | `html` | the HTML half of it |
//! | `sentences` | prose → sentences |
//! | `tokens` | a sentence → words and numbers, with where they stand |
//! | `fold` | letters without case and accents |
//! | `language` | French or English; the words that carry nothing |
//! | `stems` | words of one family |

mod blocks;
mod fold;
mod html;
mod language;
mod sentences;
mod stems;
mod tokens;

pub(crate) use blocks::{BlockKind, Document};
pub(crate) use fold::fold;
pub use language::Language;
pub(crate) use language::{is_determiner, is_function_word, is_generic, is_plural_determiner};
pub(crate) use sentences::sentences;
pub(crate) use stems::Stems;
pub(crate) use tokens::{Token, TokenKind, tokens};

/// The text with each run of blanks as one space.
pub(crate) fn collapsed(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for word in text.split(|letter: char| letter.is_whitespace() && !matches!(letter, '\u{a0}' | '\u{202f}')) {
        if !word.is_empty() {
            if !clean.is_empty() {
                clean.push(' ');
            }
            clean.push_str(word);
        }
    }
    clean
}
