//! The best answer that a course has, and whether it is one.

use super::index::{CourseIndex, Entry, Place, QueryTerm, count};
use super::small_talk::{small_talk, unknown};
use super::{Asked, THRESHOLD};
use crate::Language;
use crate::text::{Token, TokenKind, tokens};

/// The lesson that somebody is at comes first.
const HERE: f64 = 1.6;
/// The longest passage that is given as an answer, and the longest excerpt, in bytes and in characters.
const REPLY: usize = 750;
const EXCERPT: usize = 280;
/// How many sources are named, and how near to the best they are.
const SOURCES: usize = 3;
const NEAR: f64 = 0.55;

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// In words.
    pub reply: String,
    /// How sure it is, 0 to 1; below [`THRESHOLD`] the words say that nothing is known.
    pub confidence: f64,
    /// Where it is from, the best first; none when nothing is known.
    pub sources: Vec<Source>,
}

/// Where an answer is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Whether it is a lesson, else an entry of the FAQ.
    pub is_lesson: bool,
    /// What names it.
    pub id: String,
    /// The lesson's title, or the entry's question.
    pub title: String,
    /// What it says.
    pub excerpt: String,
}

struct Candidate {
    entry: usize,
    score: f64,
}

impl CourseIndex {
    /// Answers a message.
    #[must_use]
    pub fn ask(&self, asked: &Asked<'_>) -> Reply {
        let said = tokens(asked.message);
        if let Some((_, words)) = small_talk(&said, asked.fallback) {
            return Reply { reply: words.to_owned(), confidence: 1.0, sources: Vec::new() };
        }
        let language = language_of(asked.message, &said).unwrap_or(asked.fallback);
        let query = self.query(&said);
        let wants = Wanted::of(&said);
        let candidates = self.candidates(asked, &query);
        let Some(best) = candidates.first() else { return nothing(language, 0.0) };
        let confidence = self.confidence(best.entry, &query);
        if confidence < THRESHOLD {
            return nothing(language, confidence);
        }
        let mut sources: Vec<Source> = Vec::new();
        for candidate in candidates.iter().take_while(|candidate| candidate.score >= NEAR * best.score) {
            let source = self.source(candidate.entry, &query, wants);
            if sources.len() < SOURCES && sources.iter().all(|known| known.id != source.id) {
                sources.push(source);
            }
        }
        let entry = &self.entries[best.entry];
        let at = self.best_sentence(best.entry, &query, wants);
        Reply { reply: window(entry, at, REPLY), confidence, sources }
    }

    /// What may be the answer and may be opened, the best first.
    fn candidates(&self, asked: &Asked<'_>, query: &[QueryTerm]) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for (entry, score) in self.scores(query) {
            let (is_open, is_here) = match self.entries[entry].place {
                Place::Faq(_) => (true, false),
                Place::Lesson(at) => {
                    let lesson = &self.lessons[at];
                    (asked.opens_all || lesson.preview, asked.lesson == Some(lesson.id.as_str()))
                }
            };
            if is_open {
                // What covers more of the question is the better answer, whatever single words it repeats.
                let covers = self.coverage(entry, query);
                let score = score * (0.4 + 0.6 * covers + 0.5 * self.likeness(entry, query));
                candidates.push(Candidate { entry, score: if is_here { score * HERE } else { score } });
            }
        }
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.entry.cmp(&b.entry)));
        candidates
    }

    /// How much of what a question tells is held by an entry, 0 to 1.
    fn coverage(&self, entry: usize, query: &[QueryTerm]) -> f64 {
        let total: f64 = query.iter().map(|term| term.weight).sum();
        let held: f64 = query.iter().map(|term| term.weight * self.holds(entry, term)).sum();
        if total > 0.0 { held / total } else { 0.0 }
    }

    /// How alike a question and the one that an entry answers are, 0 to 1; 0 for passages.
    fn likeness(&self, entry: usize, query: &[QueryTerm]) -> f64 {
        let own = &self.entries[entry].question_terms;
        if own.is_empty() || query.is_empty() {
            return 0.0;
        }
        let held = |term: &QueryTerm| {
            let strengths = term.matches.iter().filter(|(id, _)| own.contains(id)).map(|(_, strength)| *strength);
            term.weight * strengths.fold(0.0, f64::max)
        };
        let common: f64 = query.iter().map(held).sum();
        let total: f64 = query.iter().map(|term| term.weight).sum();
        let mean = total / count(query.len());
        2.0 * common / (total + mean * count(own.len())).max(f64::MIN_POSITIVE)
    }

    /// How sure it is that an entry answers a question. The weights were fitted on the questions of `har ai eval`.
    fn confidence(&self, entry: usize, query: &[QueryTerm]) -> f64 {
        let covers = self.coverage(entry, query);
        let of = &self.entries[entry];
        let in_sentence =
            (0..of.sentences.len()).map(|at| self.sentence_coverage(entry, at, query)).fold(0.0, f64::max);
        let alike = self.likeness(entry, query).min(1.0);
        let together = if of.question_terms.is_empty() { in_sentence } else { alike.max(in_sentence) };
        let matched = query.iter().filter(|term| term.is_topic && self.holds(entry, term) >= 0.5).count();
        let topics = query.iter().filter(|term| term.is_topic).count();
        let several = match (matched, topics) {
            // Only words that put questions, but those of one that is answered.
            (0, _) => 0.6,
            (1, 0 | 1) => 0.8,
            (1, _) => 0.35,
            (2, _) => 0.8,
            _ => 1.0,
        };
        let evidence = 6.0 * covers + 2.0 * together + 1.5 * several - 4.2;
        let sure = 1.0 / (1.0 + (-evidence).exp());
        if matched == 0 && (alike < 0.6 || of.question_terms.is_empty()) { 0.0 } else { (sure * 100.0).round() / 100.0 }
    }

    fn sentence_coverage(&self, entry: usize, sentence: usize, query: &[QueryTerm]) -> f64 {
        let said = &self.entries[entry].sentence_terms[sentence];
        let held = |term: &QueryTerm| {
            let strengths = term.matches.iter().filter(|(id, _)| said.contains(id)).map(|(_, strength)| *strength);
            term.weight * strengths.fold(0.0, f64::max)
        };
        let total: f64 = query.iter().map(|term| term.weight).sum();
        if total > 0.0 { query.iter().map(held).sum::<f64>() / total } else { 0.0 }
    }

    fn best_sentence(&self, entry: usize, query: &[QueryTerm], wanted: Wanted) -> usize {
        let of = &self.entries[entry];
        let score = |at: usize| {
            let bonus = if wanted.is_in(&of.sentences[at]) { 0.15 } else { 0.0 };
            self.sentence_coverage(entry, at, query) + bonus
        };
        let mut best = 0;
        for at in 1..of.sentences.len() {
            if score(at) > score(best) {
                best = at;
            }
        }
        best
    }

    fn source(&self, entry: usize, query: &[QueryTerm], wanted: Wanted) -> Source {
        let of = &self.entries[entry];
        let excerpt = cut(&window(of, self.best_sentence(entry, query, wanted), EXCERPT));
        match of.place {
            Place::Faq(at) => {
                let faq = &self.faq[at];
                Source { is_lesson: false, id: faq.id.clone(), title: faq.question.clone(), excerpt }
            }
            Place::Lesson(at) => {
                let lesson = &self.lessons[at];
                Source { is_lesson: true, id: lesson.id.clone(), title: lesson.title.clone(), excerpt }
            }
        }
    }
}

/// What kind of answer a question wants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Number,
    Anything,
}

impl Wanted {
    fn of(said: &[Token]) -> Self {
        let asks = |words: &[&str]| {
            said.windows(words.len())
                .any(|window| window.iter().map(|token| token.folded.as_str()).eq(words.iter().copied()))
        };
        let numbers: [&[&str]; 8] = [
            &["combien"],
            &["quand"],
            &["when"],
            &["how", "many"],
            &["how", "much"],
            &["how", "long"],
            &["quelle", "annee"],
            &["what", "year"],
        ];
        if numbers.iter().any(|words| asks(words)) { Self::Number } else { Self::Anything }
    }

    fn is_in(self, sentence: &str) -> bool {
        self == Self::Number && tokens(sentence).iter().any(|token| token.kind == TokenKind::Number)
    }
}

fn nothing(language: Language, confidence: f64) -> Reply {
    Reply { reply: unknown(language).to_owned(), confidence, sources: Vec::new() }
}

/// The language of a question: its function words, else the letters that only one has.
fn language_of(message: &str, said: &[Token]) -> Option<Language> {
    Language::detect(said)
        .or_else(|| message.contains(['é', 'è', 'ê', 'à', 'ç', 'ù', 'î', 'ô', 'É', 'À']).then_some(Language::Fr))
}

/// The sentences around one, as many as there is room for; a FAQ's answer is one, whole.
fn window(entry: &Entry, at: usize, most: usize) -> String {
    let mut range = at..at + 1;
    let mut length = entry.sentences[at].len();
    loop {
        let before = range.start.checked_sub(1).map(|index| entry.sentences[index].len());
        let after = entry.sentences.get(range.end).map(String::len);
        // What follows explains; what stands before introduces.
        match (after, before) {
            (Some(next), _) if length + next < most => {
                length += next;
                range.end += 1;
            }
            (_, Some(next)) if length + next < most => {
                length += next;
                range.start -= 1;
            }
            _ => break,
        }
    }
    let mut text = String::with_capacity(length + range.len());
    for sentence in &entry.sentences[range] {
        if !text.is_empty() {
            text.push(if sentence.contains('\n') || text.ends_with(':') { '\n' } else { ' ' });
        }
        text.push_str(sentence);
    }
    text
}

/// The beginning of a text, up to the end of a word.
fn cut(text: &str) -> String {
    if text.chars().count() <= EXCERPT {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(EXCERPT - 1).collect();
    let end = beginning.rfind(char::is_whitespace).unwrap_or(beginning.len());
    format!("{}…", beginning[..end].trim_end())
}
