//! A course's FAQ and lessons by their terms.

use std::collections::{BTreeMap, HashMap};

use super::passages::passages;
use super::synonyms::synonyms;
use super::words::{Word, words, words_of};
use super::{FaqText, LessonText};
use crate::Language;
use crate::text::{Stems, Token};

/// BM25's parameters: how soon a term that comes back counts no more, how much a long text is held against it.
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.6;
/// What a term counts by where it stands.
const IN_QUESTION: f64 = 2.5;
const IN_TITLE: f64 = 1.2;
const IN_HEADING: f64 = 1.2;
const IN_TEXT: f64 = 1.0;
/// A passage speaks of what the one before has named.
const NEARBY: f64 = 0.25;
/// What is left of a match by what it is: a synonym, a word of the same beginning, one or two letters off.
const SYNONYM: f64 = 0.7;
const SAME_BEGINNING: f64 = 0.7;
/// What a word that the course does not know is held against an answer, of what a rare one is.
const UNKNOWN: f64 = 0.75;
const TYPO: [f64; 3] = [1.0, 0.85, 0.65];

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    /// In this entry of the FAQ.
    Faq(usize),
    /// In this lesson.
    Lesson(usize),
}

/// Something that may be an answer.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it is from.
    pub place: Place,
    /// What is said; of a FAQ entry the answer.
    pub sentences: Vec<String>,
    /// The terms of each sentence.
    pub sentence_terms: Vec<Vec<u32>>,
    /// The terms of the question that it answers; empty for passages.
    pub question_terms: Vec<u32>,
    /// How often its terms occur in its text, weighted by where.
    terms: BTreeMap<u32, f64>,
    length: f64,
}

/// A term of a question, and what of the course it may stand for.
#[derive(Debug)]
pub(super) struct QueryTerm {
    /// The terms and how well each matches, at most 1.
    pub matches: Vec<(u32, f64)>,
    /// How much it tells.
    pub weight: f64,
    /// Whether it is what is asked about, not how.
    pub is_topic: bool,
}

/// A course, ready to be asked.
#[derive(Debug)]
pub struct CourseIndex {
    pub(super) language: Language,
    pub(super) faq: Vec<FaqText>,
    pub(super) lessons: Vec<LessonText>,
    pub(super) entries: Vec<Entry>,
    /// The terms, by stem.
    ids: HashMap<String, u32>,
    /// Folded words as they are written, for typos: by first letter.
    spellings: HashMap<char, BTreeMap<String, u32>>,
    /// The entries that hold each term.
    postings: Vec<Vec<u32>>,
    mean_length: f64,
}

impl CourseIndex {
    /// The index of a course that is held in `language`. Texts of lessons are kept no longer than this call, save as
    /// passages.
    #[must_use]
    pub fn new(language: Language, faq: Vec<FaqText>, lessons: Vec<LessonText>) -> Self {
        let mut index = Self {
            language,
            faq: Vec::new(),
            lessons: Vec::new(),
            entries: Vec::new(),
            ids: HashMap::new(),
            spellings: HashMap::new(),
            postings: Vec::new(),
            mean_length: 1.0,
        };
        let stems = Stems::new(language);
        for (place, entry) in faq.iter().enumerate() {
            index.add_faq(place, entry, &stems);
        }
        for (place, lesson) in lessons.iter().enumerate() {
            index.add_lesson(place, lesson, &stems);
        }
        index.faq = faq;
        index.lessons = lessons.into_iter().map(|lesson| LessonText { texts: Vec::new(), ..lesson }).collect();
        for (at, entry) in index.entries.iter().enumerate() {
            for term in entry.terms.keys() {
                index.postings[*term as usize].push(u32::try_from(at).unwrap_or(u32::MAX));
            }
        }
        let total: f64 = index.entries.iter().map(|entry| entry.length).sum();
        index.mean_length = (total / count(index.entries.len().max(1))).max(1.0);
        index
    }

    /// Whether the course has this lesson.
    #[must_use]
    pub fn has_lesson(&self, id: &str) -> bool {
        self.lessons.iter().any(|lesson| lesson.id == id)
    }

    fn add_faq(&mut self, place: usize, entry: &FaqText, stems: &Stems) {
        let question = self.terms(&entry.question, stems);
        let answer = self.terms(&entry.answer, stems);
        let mut terms = BTreeMap::new();
        add(&mut terms, &question, IN_QUESTION);
        add(&mut terms, &answer, IN_TEXT);
        self.entries.push(Entry {
            place: Place::Faq(place),
            sentences: vec![entry.answer.clone()],
            length: count(question.len() + answer.len()),
            sentence_terms: vec![answer],
            question_terms: question,
            terms,
        });
    }

    fn add_lesson(&mut self, place: usize, lesson: &LessonText, stems: &Stems) {
        let title = self.terms(&lesson.title, stems);
        for text in &lesson.texts {
            let mut before: Vec<u32> = Vec::new();
            for passage in passages(text) {
                let heading = self.terms(&passage.heading, stems);
                let said: Vec<Vec<u32>> = passage.sentences.iter().map(|text| self.terms(text, stems)).collect();
                let all = said.concat();
                let mut terms = BTreeMap::new();
                add(&mut terms, &all, IN_TEXT);
                add_once(&mut terms, &title, IN_TITLE);
                add_once(&mut terms, &heading, IN_HEADING);
                add_once(&mut terms, &before, NEARBY);
                before.clone_from(&all);
                self.entries.push(Entry {
                    place: Place::Lesson(place),
                    sentences: passage.sentences,
                    sentence_terms: said,
                    question_terms: Vec::new(),
                    terms,
                    length: count(all.len()),
                });
            }
        }
    }

    /// The terms of a text, new ones included.
    fn terms(&mut self, text: &str, stems: &Stems) -> Vec<u32> {
        words(text, self.language, stems).into_iter().map(|word| self.id(word)).collect()
    }

    fn id(&mut self, word: Word) -> u32 {
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let stem = word.stem;
        let id = *self.ids.entry(stem.clone()).or_insert(next);
        if id == next {
            self.postings.push(Vec::new());
        }
        if let Some(first) = word.folded.chars().next() {
            let known = self.spellings.entry(first).or_default();
            for spelling in [word.folded, stem] {
                known.entry(spelling).or_insert(id);
            }
        }
        id
    }

    /// The terms of a question; of those that the course does not know, what they may stand for.
    pub(super) fn query(&self, said: &[Token]) -> Vec<QueryTerm> {
        let stems = Stems::new(self.language);
        let mut seen = Vec::new();
        let mut found = Vec::new();
        let language = Language::detect(said).unwrap_or(self.language);
        for word in words_of(said, language, &stems) {
            if seen.contains(&word.stem) {
                continue;
            }
            let mut matches: Vec<(u32, f64)> = self.ids.get(&word.stem).map(|id| (*id, 1.0)).into_iter().collect();
            for other in synonyms(&word.folded) {
                let id = self.ids.get(&stems.of(other));
                matches.extend(id.filter(|id| matches.iter().all(|known| known.0 != **id)).map(|id| (*id, SYNONYM)));
            }
            if matches.is_empty() {
                matches.extend(self.misspelt(&word.folded));
                if matches.is_empty() && word.stem != word.folded {
                    matches.extend(self.misspelt(&word.stem));
                }
            }
            let rarest =
                matches.iter().map(|(id, _)| self.rarity(self.postings[*id as usize].len())).fold(f64::NAN, f64::max);
            let rarity = if rarest.is_nan() {
                // An unknown word that only puts the question tells nothing.
                UNKNOWN * self.rarity(0) * word.weight
            } else {
                rarest
            };
            found.push(QueryTerm { matches, weight: word.weight * rarity, is_topic: word.weight >= 1.0 });
            seen.push(word.stem);
        }
        found
    }

    /// The words of the course that an unknown one was meant to be.
    fn misspelt(&self, folded: &str) -> Vec<(u32, f64)> {
        let length = folded.chars().count();
        let most = match length {
            0..=3 => return Vec::new(),
            4..=7 => 1,
            _ => 2,
        };
        if folded.chars().any(char::is_numeric) {
            return Vec::new();
        }
        let mut best: Vec<(u32, f64)> = Vec::new();
        let mut letters = folded.chars();
        // The first two letters may be swapped.
        let firsts = [letters.next(), letters.next()];
        for (spelling, id) in firsts.iter().flatten().filter_map(|first| self.spellings.get(first)).flatten() {
            let other = spelling.chars().count();
            if other < 4 {
                continue;
            }
            let strength = if other.abs_diff(length) <= most && strsim::osa_distance(folded, spelling) <= most {
                TYPO[strsim::osa_distance(folded, spelling).min(2)]
            } else {
                let common = folded.chars().zip(spelling.chars()).take_while(|(a, b)| a == b).count();
                if common < 5 || common * 10 < length.max(other) * 7 {
                    continue;
                }
                SAME_BEGINNING
            };
            match best.iter_mut().find(|known| known.0 == *id) {
                Some(known) => known.1 = known.1.max(strength),
                None => best.push((*id, strength)),
            }
        }
        let top = best.iter().map(|(_, strength)| *strength).fold(0.0, f64::max);
        best.retain(|(_, strength)| *strength >= top);
        best
    }

    /// Inverse document frequency.
    fn rarity(&self, holders: usize) -> f64 {
        let (all, holders) = (count(self.entries.len().max(4)), count(holders));
        (1.0 + (all - holders.min(all) + 0.5) / (holders + 0.5)).ln()
    }

    /// The entries that hold a term of a question, with BM25's score.
    pub(super) fn scores(&self, query: &[QueryTerm]) -> BTreeMap<usize, f64> {
        let mut scores = BTreeMap::new();
        for term in query {
            let mut best: BTreeMap<u32, f64> = BTreeMap::new();
            for (id, strength) in &term.matches {
                for entry in &self.postings[*id as usize] {
                    let of = &self.entries[*entry as usize];
                    let frequency = of.terms.get(id).copied().unwrap_or(0.0);
                    let norm = SATURATION * (1.0 - LENGTH + LENGTH * of.length / self.mean_length);
                    let score = term.weight * strength * frequency * (SATURATION + 1.0) / (frequency + norm);
                    let known = best.entry(*entry).or_insert(0.0);
                    *known = known.max(score);
                }
            }
            for (entry, score) in best {
                *scores.entry(entry as usize).or_insert(0.0) += score;
            }
        }
        scores
    }

    /// How well an entry's text, title and headings hold a term, at most 1; what is only nearby counts for little.
    pub(super) fn holds(&self, entry: usize, term: &QueryTerm) -> f64 {
        let of = &self.entries[entry].terms;
        let held = |(id, strength): &(u32, f64)| of.get(id).map_or(0.0, |frequency| strength * frequency.min(1.0));
        term.matches.iter().map(held).fold(0.0, f64::max)
    }
}

fn add(terms: &mut BTreeMap<u32, f64>, found: &[u32], weight: f64) {
    for term in found {
        *terms.entry(*term).or_insert(0.0) += weight;
    }
}

fn add_once(terms: &mut BTreeMap<u32, f64>, found: &[u32], weight: f64) {
    let mut distinct = found.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    add(terms, &distinct, weight);
}

/// Counts here are small: a double holds them exactly.
#[allow(clippy::cast_precision_loss)]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}
