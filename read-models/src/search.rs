//! The words of courses and the words of a search, folded alike: accents, case and ligatures do not count, and no word
//! is thrown away for being frequent.
//!
//! MongoDB's own text index is not used: it drops stop words (« été » is one in French), joins words by *or*, and
//! takes a language per document.

use bson::{Bson, Document, doc};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Longer words are cut, here and in the search alike: nothing that is typed to be found is that long.
const LONGEST_WORD: usize = 64;

/// How much a word counts by where it stands.
const WEIGHTS: [(&str, i32); 3] = [("$search.title", 10), ("$search.keywords", 5), ("$search.description", 1)];

/// The words of a text: folded, without repeats, sorted.
///
/// Compatibility-decomposed (Unicode NFKD) without combining marks, lower-cased, œ, æ and ß spelt out, split at
/// everything that is no letter or digit.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match letter {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            letter => folded.push(letter),
        }
    }
    let words = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut words: Vec<String> = words.map(|word| word.chars().take(LONGEST_WORD).collect()).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// What a course is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseWords {
    /// Words of the title.
    pub title: Vec<String>,
    /// Words of the keywords.
    pub keywords: Vec<String>,
    /// Words of the two descriptions.
    pub description: Vec<String>,
    /// All of them, indexed.
    pub words: Vec<String>,
}

impl CourseWords {
    /// The words of a course with these texts.
    #[must_use]
    pub fn new(title: &str, keywords: &[String], description: &str, short_description: Option<&str>) -> Self {
        let title = words(title);
        let keywords = words(&keywords.join(" "));
        let description = words(&format!("{description} {}", short_description.unwrap_or_default()));
        let mut all = [title.as_slice(), &keywords, &description].concat();
        all.sort_unstable();
        all.dedup();
        Self { title, keywords, description, words: all }
    }
}

/// A search: words that must all be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(Vec<String>);

impl Search {
    /// The search for the words of a text; none when it holds no word.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let words = words(text);
        (!words.is_empty()).then_some(Self(words))
    }

    /// The filter on courses: every word stands somewhere in it. Uses the index on `search.words`.
    #[must_use]
    pub fn filter(&self) -> Document {
        doc! { "search.words": { "$all": &self.0 } }
    }

    /// How well a course matches, as an aggregation expression: higher is better. Sort by it downwards, `_id` breaking
    /// ties.
    #[must_use]
    pub fn score(&self) -> Document {
        // `$literal`: a word is data, and never taken for a field path.
        let words = doc! { "$literal": &self.0 };
        let terms: Vec<Bson> = WEIGHTS
            .iter()
            .map(|(field, weight)| {
                let found = doc! { "$size": { "$setIntersection": [*field, words.clone()] } };
                Bson::from(doc! { "$multiply": [*weight, found] })
            })
            .collect();
        doc! { "$add": terms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_ligatures_and_apostrophes_do_not_count() {
        assert_eq!(words("L'ÉTÉ, l’été : Cœur de Straße"), ["coeur", "de", "ete", "l", "strasse"]);
        assert_eq!(words("E\u{301}te\u{301}"), words("été"), "composed and decomposed letters are the same");
        assert_eq!(words("ﬁchier Ⅳ İstanbul"), ["fichier", "istanbul", "iv"]);
    }

    #[test]
    fn what_holds_no_word_is_no_search() {
        assert_eq!(Search::new(" +-$.* \n"), None);
        assert_eq!(words(""), Vec::<String>::new());
    }

    #[test]
    fn short_words_and_digits_are_words() {
        assert_eq!(words("R, C++ et Excel 365"), ["365", "c", "et", "excel", "r"]);
    }

    #[test]
    fn endless_words_are_cut_alike_on_both_sides() {
        let endless = "é".repeat(500);
        assert_eq!(words(&endless), ["e".repeat(LONGEST_WORD)]);
    }

    #[test]
    fn a_course_is_found_by_title_keywords_and_both_descriptions() {
        let found = CourseWords::new("Été", &["Pivot table".into()], "Des données", Some("En bref"));
        assert_eq!(found.words, ["bref", "des", "donnees", "en", "ete", "pivot", "table"]);
        assert_eq!(found.title, ["ete"]);
        assert_eq!(found.keywords, ["pivot", "table"]);
        assert_eq!(found.description, ["bref", "des", "donnees", "en"]);
    }
}
