//! The terms that texts are found by.

use crate::Language;
use crate::text::{Stems, Token, TokenKind, is_function_word, is_generic, tokens};

/// A word of a question or a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    /// Without case and accents.
    pub folded: String,
    /// Its stem.
    pub stem: String,
    /// How much it tells by itself, 1 for most.
    pub weight: f64,
}

/// What words about anything count for.
const GENERIC: f64 = 0.25;

/// Words that put a question and are not what it is about, folded; and what every course is.
const ASKING: &[&str] = &[
    "bonjour",
    "changer",
    "change",
    "salut",
    "bonsoir",
    "hello",
    "hi",
    "hey",
    "merci",
    "thanks",
    "thank",
    "cours",
    "formation",
    "lecon",
    "lecons",
    "module",
    "course",
    "courses",
    "lesson",
    "lessons",
    "training",
    "tutorial",
    "difference",
    "differences",
    "definition",
    "definir",
    "define",
    "sert",
    "servent",
    "servir",
    "signifie",
    "signifient",
    "probleme",
    "problem",
    "voudrais",
    "aimerais",
    "souhaite",
    "veux",
    "cherche",
    "arrive",
    "passe",
    "passer",
    "suivre",
    "adapte",
    "marche",
    "fonctionne",
    "travaille",
    "travailler",
    "located",
    "situe",
    "situee",
    "country",
    "pays",
    "like",
    "happen",
    "happened",
    "happens",
    "did",
    "role",
    "consiste",
    "compris",
    "quelqu'un",
    "svp",
    "stp",
    "please",
    "wondering",
    "refers",
    "refer",
    "designe",
    "known",
    "called",
    "term",
    "terme",
    "name",
    "nom",
    "following",
];

/// The words of a text that tell something. Of identifiers and compounds (`read.csv`, `auto-évaluation`) the parts too.
pub(super) fn words(text: &str, language: Language, stems: &Stems) -> Vec<Word> {
    words_of(&tokens(text), language, stems)
}

/// The same of tokens. `language` is that of its function words, which may be another than that of the stems.
pub(super) fn words_of(tokens: &[Token], language: Language, stems: &Stems) -> Vec<Word> {
    let mut found = Vec::new();
    for token in tokens {
        if is_silent(token, language) {
            continue;
        }
        if token.kind == TokenKind::Word && token.folded.contains(['.', '_', '-']) {
            let parts = token.folded.split(['.', '_', '-']).filter(|part| part.len() > 1);
            found.extend(parts.map(|part| word(part, stems)));
        }
        found.push(word(&token.folded, stems));
    }
    found
}

fn word(folded: &str, stems: &Stems) -> Word {
    let weight = if is_generic(folded) || ASKING.contains(&folded) { GENERIC } else { 1.0 };
    Word { folded: folded.to_owned(), stem: stems.of(folded), weight }
}

/// A single capital letter may be a name: R, C.
fn is_silent(token: &Token, language: Language) -> bool {
    let word = token.folded.as_str();
    is_function_word(word, language) && !(word.len() == 1 && token.capital && !matches!(word, "a" | "i" | "l" | "y"))
}
