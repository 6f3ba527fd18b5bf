//! Words of one family: what Snowball's stemmers leave of them.

use rust_stemmers::{Algorithm, Stemmer};

use super::Language;

/// The stemmer of a language.
///
/// Words are folded before: who types without accents must find what was written with them, so both sides are stemmed
/// in the same way.
pub(crate) struct Stems {
    stemmer: Stemmer,
}

impl Stems {
    pub(crate) fn new(language: Language) -> Self {
        let algorithm = match language {
            Language::Fr => Algorithm::French,
            Language::En => Algorithm::English,
        };
        Self { stemmer: Stemmer::create(algorithm) }
    }

    /// The stem of a folded word.
    pub(crate) fn of(&self, folded: &str) -> String {
        // Identifiers and numbers are no words of a language.
        if folded.chars().any(|letter| !letter.is_alphabetic()) {
            return folded.to_owned();
        }
        self.stemmer.stem(folded).into_owned()
    }
}
