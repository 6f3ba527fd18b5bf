//! A lesson's sentences, and how much each carries.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use crate::Language;
use crate::text::{
    BlockKind, Document, Stems, Token, TokenKind, fold, is_function_word, is_generic, sentences, tokens,
};

/// A sentence that is longer is not quoted, in characters: an answer's explanation must hold it.
const LONGEST: usize = 700;
/// The least words that a sentence has.
const FEWEST_WORDS: usize = 5;

/// How sentences begin that speak of the one before, folded.
const ANAPHORA: &[&str] = &[
    "il",
    "elle",
    "ils",
    "elles",
    "ce",
    "cela",
    "ceci",
    "celui",
    "celle",
    "ceux",
    "celles",
    "celui-ci",
    "celle-ci",
    "c",
    "ces",
    "cette",
    "cet",
    "on",
    "y",
    "en",
    "son",
    "sa",
    "ses",
    "leur",
    "leurs",
    "ainsi",
    "donc",
    "mais",
    "cependant",
    "toutefois",
    "ensuite",
    "enfin",
    "puis",
    "aussi",
    "or",
    "de",
    "it",
    "he",
    "she",
    "they",
    "this",
    "that",
    "these",
    "those",
    "his",
    "her",
    "their",
    "its",
    "however",
    "therefore",
    "thus",
    "then",
    "also",
    "there",
    "such",
    "both",
    "but",
    "and",
    "so",
    "here",
    "et",
    "ou",
    "him",
    "them",
    "some",
    "others",
    "another",
    "autre",
    "autres",
    "certains",
    "certaines",
    "tous",
    "toutes",
];

/// What points out of a sentence, folded.
const POINTERS: &[&str] = &[
    "ci-dessous",
    "ci-dessus",
    "suivant",
    "suivante",
    "suivants",
    "suivantes",
    "precedent",
    "precedente",
    "below",
    "above",
    "following",
    "figure",
    "fig",
    "celui-ci",
    "celle-ci",
    "celui-la",
    "previous",
];

/// A sentence, or a piece of code, that a question can quote.
pub(super) struct Unit {
    /// As the text has it.
    pub source: String,
    /// Its words and numbers.
    pub tokens: Vec<Token>,
    /// The stems of the words that carry something.
    pub content: BTreeSet<u32>,
    /// Whether it is code.
    pub is_code: bool,
    /// How much it carries, about 1.
    pub score: f64,
}

impl Unit {
    /// The text of a range.
    pub(super) fn text(&self, range: &Range<usize>) -> &str {
        &self.source[range.clone()]
    }

    /// The text between a token and the next.
    pub(super) fn gap(&self, index: usize) -> &str {
        let end = self.tokens.get(index + 1).map_or(self.source.len(), |next| next.range.start);
        &self.source[self.tokens[index].range.end..end]
    }

    /// The text between a token and the one before.
    pub(super) fn gap_before(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.tokens[before].range.end);
        &self.source[start..self.tokens[index].range.start]
    }
}

/// A lesson's text, read.
pub(super) struct Lesson {
    /// Its language.
    pub language: Language,
    /// What can be quoted.
    pub units: Vec<Unit>,
    /// What its author has set off, folded.
    pub marked: HashSet<String>,
    /// What is code within sentences, as written.
    pub code: HashSet<String>,
    /// Words that stand somewhere without a capital letter, folded.
    pub lower: HashSet<String>,
    /// Words that stand somewhere within a sentence with one, folded.
    pub upper: HashSet<String>,
    ids: HashMap<String, u32>,
    stems: Stems,
    /// How often each stem occurs, by its id.
    frequency: Vec<u32>,
    /// The units that hold each stem.
    holders: Vec<Vec<usize>>,
}

impl Lesson {
    pub(super) fn read(text: &str, fallback: Language) -> Self {
        let document = Document::read(text);
        let pieces = pieces(&document);
        let prose = pieces.iter().filter(|piece| !piece.is_code).flat_map(|piece| &piece.tokens);
        let language = Language::detect(prose).unwrap_or(fallback);
        let mut lesson = Self {
            language,
            units: Vec::new(),
            marked: document.marked.iter().map(|text| fold(text)).collect(),
            code: document.code.iter().map(|text| text.trim_end_matches("()").to_owned()).collect(),
            lower: HashSet::new(),
            upper: HashSet::new(),
            ids: HashMap::new(),
            stems: Stems::new(language),
            frequency: Vec::new(),
            holders: Vec::new(),
        };
        for heading in document.blocks.iter().filter(|block| block.kind == BlockKind::Heading) {
            lesson.content(&tokens(&heading.text));
        }
        for piece in pieces {
            lesson.note_capitals(&piece);
            let content = lesson.content(&piece.tokens);
            if lesson.is_quotable(&piece, &content) {
                lesson.units.push(Unit { content, ..piece });
            }
        }
        lesson.rank();
        lesson
    }

    /// The id of a word's stem; none when no such word was read.
    pub(super) fn stem(&self, folded: &str) -> Option<u32> {
        self.ids.get(&self.stems.of(folded)).copied()
    }

    /// How often the family of a folded word occurs.
    pub(super) fn frequency(&self, folded: &str) -> u32 {
        self.stem(folded).map_or(0, |id| self.frequency[id as usize])
    }

    /// The units that hold all of these stems.
    pub(super) fn holding(&self, stems: &[u32]) -> Vec<usize> {
        let Some(rarest) = stems.iter().min_by_key(|id| self.holders[**id as usize].len()) else { return Vec::new() };
        let holders = self.holders[*rarest as usize].iter().copied();
        holders.filter(|unit| stems.iter().all(|id| self.units[*unit].content.contains(id))).collect()
    }

    /// The stems of what carries something in a text, of the words that were read.
    pub(super) fn known_content(&self, tokens: &[Token]) -> Vec<u32> {
        tokens.iter().filter(|token| self.carries(token)).filter_map(|token| self.stem(&token.folded)).collect()
    }

    /// Whether a word is more than grammar.
    pub(super) fn carries(&self, token: &Token) -> bool {
        token.kind == TokenKind::Number
            || (!is_function_word(&token.folded, self.language) && (token.folded.len() > 1 || token.capital))
    }

    fn content(&mut self, tokens: &[Token]) -> BTreeSet<u32> {
        let mut content = BTreeSet::new();
        for token in tokens {
            if !self.carries(token) {
                continue;
            }
            let stem = self.stems.of(&token.folded);
            let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
            let id = *self.ids.entry(stem).or_insert(next);
            if id == next {
                self.frequency.push(0);
                self.holders.push(Vec::new());
            }
            self.frequency[id as usize] += 1;
            content.insert(id);
        }
        content
    }

    fn note_capitals(&mut self, piece: &Unit) {
        for (index, token) in piece.tokens.iter().enumerate() {
            if !token.capital {
                self.lower.insert(token.folded.clone());
            } else if !begins(piece, index) {
                self.upper.insert(token.folded.clone());
            }
        }
    }

    fn is_quotable(&self, piece: &Unit, content: &BTreeSet<u32>) -> bool {
        let length = piece.source.chars().count();
        if piece.is_code {
            return length <= LONGEST && piece.source.lines().count() <= 12;
        }
        let words = piece.tokens.len();
        let capitals = piece.tokens.iter().filter(|token| token.capital && self.carries(token)).count();
        let has_grammar = piece.tokens.iter().any(|token| is_function_word(&token.folded, self.language));
        let is_balanced = [('(', ')'), ('[', ']'), ('«', '»'), ('“', '”')]
            .iter()
            .all(|(open, close)| piece.source.matches(*open).count() == piece.source.matches(*close).count())
            && piece.source.matches('"').count().is_multiple_of(2);
        let asks = piece.source.trim_end_matches([' ', '»', '"', '”', '\u{a0}', '\u{202f}']).ends_with(['?', ':']);
        let ends = piece.source.ends_with(['.', '!', '…', '»', '"', '”', ')', ';']);
        words >= FEWEST_WORDS
            && length <= LONGEST
            && content.len() >= 2
            && has_grammar
            && is_balanced
            && !asks
            && (ends || words >= 7)
            && (capitals * 3 <= words * 2 || words < 8)
    }

    /// How much each unit carries: the words that come back most, the length that reads well, standing for itself.
    fn rank(&mut self) {
        for (index, unit) in self.units.iter().enumerate() {
            for id in &unit.content {
                self.holders[*id as usize].push(index);
            }
        }
        let weight = |id: &u32| f64::from(self.frequency[*id as usize]).ln_1p();
        let mean = |unit: &Unit| unit.content.iter().map(weight).sum::<f64>() / count(unit.content.len().max(4));
        let means: Vec<f64> = self.units.iter().map(mean).collect();
        let most = means.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        for (unit, mean) in self.units.iter_mut().zip(means) {
            let words = unit.tokens.len();
            let length = match words {
                0..=6 => 0.6,
                7..=9 => 0.9,
                10..=32 => 1.0,
                33..=45 => 0.8,
                _ => 0.55,
            };
            let first = unit.tokens.first().map_or("", |token| token.folded.as_str());
            let stands_alone = if ANAPHORA.contains(&first) { 0.55 } else { 1.0 };
            let points = unit.tokens.iter().any(|token| POINTERS.contains(&token.folded.as_str()));
            let generic = unit.tokens.iter().filter(|token| is_generic(&token.folded)).count();
            let says = 1.0 - 0.3 * count(generic) / count(words.max(1));
            let code = if unit.is_code { 0.4 } else { 1.0 };
            unit.score =
                (0.6 + 0.4 * mean / most) * length * stands_alone * says * code * if points { 0.6 } else { 1.0 };
        }
    }
}

/// Whether a capital letter means nothing here: a sentence begins, or a quotation.
pub(super) fn begins(unit: &Unit, index: usize) -> bool {
    let before = unit.gap_before(index);
    index == 0 || before.contains(['«', '“', '"', ':', '.', '!', '?', '\n', '•', '(', '['])
}

/// Counts here are small: a double holds them exactly.
#[allow(clippy::cast_precision_loss)]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}

/// The sentences and the code of a document.
fn pieces(document: &Document) -> Vec<Unit> {
    let mut pieces = Vec::new();
    let mut seen = HashSet::new();
    let mut push = |source: &str, is_code: bool| {
        if seen.insert(source.to_owned()) {
            let tokens = tokens(source);
            pieces.push(Unit { source: source.to_owned(), tokens, content: BTreeSet::new(), is_code, score: 0.0 });
        }
    };
    for block in &document.blocks {
        match block.kind {
            BlockKind::Heading => {}
            BlockKind::Code => push(&block.text, true),
            BlockKind::Prose | BlockKind::Item => {
                for range in sentences(&block.text) {
                    push(block.text[range].trim(), false);
                }
            }
        }
    }
    pieces
}
