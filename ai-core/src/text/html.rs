//! HTML as text. Tokenized by html5ever, which knows what browsers make of any bytes; no tree is built, so that nothing
//! grows with the depth of what is nested.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::blocks::{BlockKind, Document};
use super::collapsed;

/// The elements that a text must have one of to be HTML.
const KNOWN: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "script",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "small",
    "span",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "iframe",
    "font",
    "nav",
];

/// The elements that sentences run through; every other begins a block.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
    "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// Whether a text has a tag of HTML: `x < y` and `<mon fichier>` are none.
pub(super) fn is_html(text: &str) -> bool {
    text.split('<').skip(1).any(|rest| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let is_closed = after.contains('>')
            && after.starts_with(|letter: char| letter == '>' || letter == '/' || letter.is_whitespace());
        is_closed && KNOWN.contains(&name.to_ascii_lowercase().as_str())
    })
}

/// Reads HTML.
pub(super) fn read(text: &str) -> Document {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    // It stops before the end for scripts that are to be run only, and the sink asks for none.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut reading = tokenizer.sink.0.into_inner();
    reading.close();
    reading.document
}

#[derive(Default)]
struct Sink(RefCell<Reading>);

#[derive(Default)]
struct Reading {
    document: Document,
    text: String,
    kind: Option<BlockKind>,
    /// How many `<pre>` are open.
    preformatted: usize,
    /// Where marked words and code begin in the text, while their element is open.
    marked: Option<usize>,
    code: Option<usize>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => self.0.borrow_mut().tag(&tag),
            Token::CharacterTokens(text) => {
                self.0.borrow_mut().text.push_str(&text);
                TokenSinkResult::Continue
            }
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => TokenSinkResult::Continue,
        }
    }
}

impl Reading {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let opens = tag.kind == TagKind::StartTag;
        match &*tag.name {
            "script" | "style" | "noscript" | "iframe" | "textarea" | "title" if opens => {
                self.close();
                return TokenSinkResult::RawData(if &*tag.name == "script" {
                    RawKind::ScriptData
                } else {
                    RawKind::Rawtext
                });
            }
            // What was within is no text of the page.
            "script" | "style" | "noscript" | "iframe" | "textarea" | "title" => self.text.clear(),
            "br" => self.text.push(if self.preformatted > 0 { '\n' } else { ' ' }),
            "strong" | "b" | "dfn" | "em" | "mark" => self.mark(opens),
            "code" | "kbd" | "samp" | "tt" => self.inline_code(opens),
            name if INLINE.contains(&name) => {}
            name => self.block(name, opens),
        }
        TokenSinkResult::Continue
    }

    fn mark(&mut self, opens: bool) {
        if opens {
            self.marked = Some(self.text.len());
        } else if let Some(words) = self.marked.take().and_then(|start| self.text.get(start..)) {
            self.document.marked.push(collapsed(words));
        }
    }

    fn inline_code(&mut self, opens: bool) {
        if self.preformatted > 0 {
            return;
        }
        if opens {
            self.code = Some(self.text.len());
        } else if let Some(words) = self.code.take().and_then(|start| self.text.get(start..)) {
            self.document.code.push(words.trim().to_owned());
        }
    }

    fn block(&mut self, name: &str, opens: bool) {
        self.close();
        match name {
            "pre" if opens => self.preformatted += 1,
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            _ => {}
        }
        self.kind = match name {
            _ if !opens => None,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "caption" | "dt" => Some(BlockKind::Heading),
            "li" | "td" | "th" | "dd" => Some(BlockKind::Item),
            // A paragraph within an item is one.
            "p" => self.kind.or(Some(BlockKind::Prose)),
            _ => None,
        };
    }

    fn close(&mut self) {
        let text = std::mem::take(&mut self.text);
        (self.marked, self.code) = (None, None);
        if self.preformatted > 0 {
            self.document.push(BlockKind::Code, &text.replace('\r', ""));
        } else {
            self.document.push(self.kind.unwrap_or(BlockKind::Prose), &collapsed(&text));
        }
    }
}
