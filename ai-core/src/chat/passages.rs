//! A lesson's text in passages that can be read by themselves.

use crate::text::{BlockKind, Document, collapsed, sentences};

/// A passage is not longer than this, unless a sentence or a piece of code is, in bytes.
const LONG: usize = 700;
/// One that is shorter goes with the next.
const SHORT: usize = 160;

/// A passage of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Passage {
    /// The titles that it stands under.
    pub heading: String,
    /// Its sentences; code is one, whole.
    pub sentences: Vec<String>,
}

impl Passage {
    fn len(&self) -> usize {
        self.sentences.iter().map(String::len).sum()
    }
}

/// The passages of a text, in order: blocks under one heading together while they are short.
pub(super) fn passages(text: &str) -> Vec<Passage> {
    let mut found: Vec<Passage> = Vec::new();
    let mut heading = String::new();
    let mut open = false;
    for block in Document::read(text).blocks {
        if block.kind == BlockKind::Heading {
            heading = collapsed(&block.text);
            open = false;
            continue;
        }
        let pieces: Vec<String> = if block.kind == BlockKind::Code {
            vec![block.text]
        } else {
            sentences(&block.text).into_iter().map(|range| collapsed(&block.text[range])).collect()
        };
        let goes_on = block.kind != BlockKind::Prose;
        for (index, piece) in pieces.into_iter().enumerate() {
            let fits = |passage: &Passage| {
                let is_short = passage.len() < SHORT || index > 0 || goes_on;
                is_short && passage.len() + piece.len() <= LONG
            };
            match found.last_mut().filter(|passage| open && fits(passage)) {
                Some(passage) => passage.sentences.push(piece),
                None => found.push(Passage { heading: heading.clone(), sentences: vec![piece] }),
            }
            open = true;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_passages_and_what_is_short_goes_together() {
        let long = "Une phrase assez longue pour compter beaucoup. ".repeat(30);
        let text = format!("<h2>Un</h2><p>Court.</p><p>Suite.</p><pre>a\n b</pre><h2>Deux</h2><p>{long}</p>");
        let found = passages(&text);
        assert_eq!(found[0].sentences, ["Court.", "Suite.", "a\n b"]);
        assert_eq!((found[0].heading.as_str(), found[1].heading.as_str()), ("Un", "Deux"));
        assert!(found[1..].iter().all(|passage| passage.len() <= LONG) && found.len() >= 3);
    }
}
