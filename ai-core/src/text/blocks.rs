//! What a text is made of: headings, prose, items of lists, code.

use super::{collapsed, html};

/// What a block of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    /// A title.
    Heading,
    /// Sentences.
    Prose,
    /// An item of a list or a cell of a table: a sentence or less.
    Item,
    /// Code, whole, with its lines.
    Code,
}

/// A piece of a text that no sentence crosses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text. Blanks of HTML are collapsed as browsers do; those of plain text are as they were written.
    pub text: String,
}

/// A text, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Document {
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
    /// What its author has set off within sentences as important (`<strong>`, `**`).
    pub marked: Vec<String>,
    /// What is code within sentences (`<code>`, backticks).
    pub code: Vec<String>,
}

impl Document {
    /// Reads HTML, Markdown or plain text: whatever it is, nothing of it is refused.
    pub(crate) fn read(text: &str) -> Self {
        if html::is_html(text) { html::read(text) } else { plain(text) }
    }

    /// Adds a block, unless it is blank.
    pub(super) fn push(&mut self, kind: BlockKind, text: &str) {
        // HTML can name characters that no text may hold.
        let allowed = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t');
        let text: String = text.chars().filter(allowed).collect();
        let text = text.trim();
        if !text.is_empty() {
            self.blocks.push(Block { kind, text: text.to_owned() });
        }
    }
}

/// Reads a text without tags.
fn plain(text: &str) -> Document {
    let mut document = Document::default();
    let mut reader = Plain { document: &mut document, source: text, open: None };
    let mut fence: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let trimmed = line.trim();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            reader.close();
            match fence.take() {
                Some(begin) => reader.document.push(BlockKind::Code, &text[begin..start]),
                None => fence = Some(end),
            }
        } else if fence.is_none() {
            reader.line(trimmed, start..end);
        }
    }
    reader.close();
    if let Some(begin) = fence {
        document.push(BlockKind::Code, text.get(begin..).unwrap_or_default());
    }
    let prose: Vec<String> =
        document.blocks.iter().filter(|block| block.kind != BlockKind::Code).map(|block| block.text.clone()).collect();
    for text in &prose {
        document.marked.extend(between(text, "**").map(collapsed));
        document.code.extend(between(text, "`").map(str::to_owned));
    }
    document
}

struct Plain<'a> {
    document: &'a mut Document,
    source: &'a str,
    /// The block that lines are added to, and the length of its last line.
    open: Option<(BlockKind, std::ops::Range<usize>, usize)>,
}

impl Plain<'_> {
    fn close(&mut self) {
        if let Some((kind, range, _)) = self.open.take() {
            self.document.push(kind, &self.source[range]);
        }
    }

    fn line(&mut self, trimmed: &str, range: std::ops::Range<usize>) {
        if trimmed.is_empty() {
            return self.close();
        }
        let title = trimmed.trim_start_matches('#');
        if title.len() < trimmed.len() && title.starts_with(' ') {
            self.close();
            return self.document.push(BlockKind::Heading, title);
        }
        if let Some(item) = list_item(trimmed) {
            self.close();
            let start = range.end - self.source[range.clone()].trim_start().len() + (trimmed.len() - item.len());
            self.open = Some((BlockKind::Item, start..range.end, trimmed.len()));
            return;
        }
        if is_code(trimmed) {
            return self.extend(BlockKind::Code, range, trimmed);
        }
        if self.breaks_off(trimmed) {
            self.close();
        }
        let kind = self.open.as_ref().map_or(BlockKind::Prose, |open| open.0);
        self.extend(kind, range, trimmed);
    }

    fn extend(&mut self, kind: BlockKind, range: std::ops::Range<usize>, trimmed: &str) {
        match &mut self.open {
            Some((open, block, last)) if *open == kind => {
                block.end = range.end;
                *last = trimmed.chars().count();
            }
            Some(_) | None => {
                self.close();
                self.open = Some((kind, range, trimmed.chars().count()));
            }
        }
    }

    /// Whether this line does not go on with the sentence of the line before: that one is short and ends in no stop, as
    /// titles do, or it is code.
    fn breaks_off(&self, line: &str) -> bool {
        const SHORT: usize = 60;
        let Some((kind, block, last)) = &self.open else { return false };
        let before = self.source[block.clone()].trim_end();
        let stops = before.ends_with(['.', '!', '?', ',', ';', '…', ':', '»', ')', '"', '”']);
        let begins = line.chars().next().is_some_and(|letter| letter.is_uppercase() || letter.is_numeric());
        *kind == BlockKind::Code || (*last < SHORT && !stops && begins)
    }
}

/// The text of a list's item, behind its mark.
fn list_item(line: &str) -> Option<&str> {
    for mark in ["- ", "* ", "• ", "– ", "+ "] {
        if let Some(rest) = line.strip_prefix(mark) {
            return Some(rest.trim_start());
        }
    }
    let rest = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let is_numbered = (1..=3).contains(&(line.len() - rest.len()));
    let rest = rest.strip_prefix(['.', ')']).and_then(|rest| rest.strip_prefix(' '));
    rest.filter(|_| is_numbered).map(str::trim_start)
}

/// Whether a line of plain text is code: an assignment, a call or a formula and nothing else, the end of a statement.
fn is_code(line: &str) -> bool {
    let ends_as_prose = line.ends_with(['.', '!', '?', ':', ',']);
    let assigns = line.contains("<-") || line.contains(" = ") || line.contains("|>") || line.contains("%>%");
    let first =
        line.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.'))).next().unwrap_or("");
    let rest = line[first.len()..].trim_start();
    let calls = !first.is_empty() && line[first.len()..].starts_with('(') && line.ends_with(')');
    let formula = line.starts_with('=') && line.contains('(') && line.ends_with(')');
    let keyword =
        ["import ", "from ", "def ", "return ", "library(", "print("].iter().any(|word| line.starts_with(word))
            && (line.ends_with([')', ':'])
                || line.starts_with("import ")
                || (line.starts_with("from ") && line.contains(" import ")));
    let braces = matches!(line, "}" | "{" | "})" | "};");
    let one_word_assigned = assigns && (rest.starts_with('=') || rest.starts_with("<-") || rest.starts_with('['));
    (keyword || !ends_as_prose) && (one_word_assigned || calls || formula || keyword || braces)
}

/// What stands between pairs of a mark.
fn between<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    let pieces = if text.matches(mark).count().is_multiple_of(2) { Some(text.split(mark)) } else { None };
    pieces.into_iter().flatten().skip(1).step_by(2).filter(|piece| !piece.trim().is_empty() && piece.len() < 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(BlockKind, String)> {
        Document::read(text).blocks.into_iter().map(|block| (block.kind, block.text)).collect()
    }

    #[test]
    fn plain_text_has_titles_lists_and_code() {
        let text = "# Les boucles\n\nUne boucle répète\nun bloc. Elle compte.\n\n- premier point\n- second\n  point\n\n\
                    x <- c(1, 2)\nmean(x)\n\nFin\nUn autre paragraphe < 3 lignes.\n```\nprint(1)\n\nprint(2)\n```\n";
        let expected = [
            (BlockKind::Heading, "Les boucles"),
            (BlockKind::Prose, "Une boucle répète\nun bloc. Elle compte."),
            (BlockKind::Item, "premier point"),
            (BlockKind::Item, "second\n  point"),
            (BlockKind::Code, "x <- c(1, 2)\nmean(x)"),
            (BlockKind::Prose, "Fin"),
            (BlockKind::Prose, "Un autre paragraphe < 3 lignes."),
            (BlockKind::Code, "print(1)\n\nprint(2)"),
        ];
        assert_eq!(read(text), expected.map(|(kind, text)| (kind, text.to_owned())));
    }

    #[test]
    fn html_is_read_as_browsers_show_it() {
        let text = "<h1>Les &eacute;tapes</h1><p>Un <strong>vecteur</strong>\n  est <code>c(1,2)</code>.</p>\
                    <ul><li>un</li><li>deux</li></ul><pre><code>a &lt;- 1\n\nb</code></pre>\
                    <script>var x = '<p>';</script><style>p{}</style>fin<br>de texte";
        let expected = [
            (BlockKind::Heading, "Les étapes"),
            (BlockKind::Prose, "Un vecteur est c(1,2)."),
            (BlockKind::Item, "un"),
            (BlockKind::Item, "deux"),
            (BlockKind::Code, "a <- 1\n\nb"),
            (BlockKind::Prose, "fin de texte"),
        ];
        assert_eq!(read(text), expected.map(|(kind, text)| (kind, text.to_owned())));
        let document = Document::read(text);
        assert_eq!((document.marked, document.code), (vec!["vecteur".to_owned()], vec!["c(1,2)".to_owned()]));
    }
}
