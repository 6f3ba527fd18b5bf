//! A letter, and its two forms: text and HTML, of the same words.

use events::Language;
use maud::{DOCTYPE, Markup, html};

/// What a letter is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// What is to be followed.
    Link {
        /// What it does; the text says it in the paragraph before.
        label: &'static str,
        /// Where it leads; also shown, for those who would rather see it.
        url: String,
    },
    /// What is to be copied.
    Code(String),
    /// Another's words; line breaks count.
    Quote(String),
}

/// A letter to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The language it is in.
    pub language: Language,
    /// Subject, one line.
    pub subject: &'static str,
    /// How the person is called, as they wrote it.
    pub first_name: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

impl Letter {
    /// As text.
    #[must_use]
    pub fn text(&self) -> String {
        let said = self.blocks.iter().map(|block| match block {
            Block::Text(text) | Block::Code(text) | Block::Link { url: text, .. } => text.clone(),
            Block::Quote(text) => text.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n"),
        });
        let paragraphs: Vec<String> =
            std::iter::once(self.greeting()).chain(said).chain([self.closing().to_owned()]).collect();
        paragraphs.join("\n\n") + "\n"
    }

    /// As HTML: every word escaped, nothing fetched from elsewhere.
    #[must_use]
    pub fn html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang=(self.language.as_str()) {
                head {
                    meta charset="utf-8";
                    title { (self.subject) }
                }
                body style="font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 2em auto; padding: 0 1em" {
                    p { (self.greeting()) }
                    @for block in &self.blocks { (block_html(block)) }
                    p { (self.closing()) }
                }
            }
        };
        page.into_string()
    }

    fn greeting(&self) -> String {
        match self.language {
            Language::Fr => format!("Bonjour {},", self.first_name),
            Language::En => format!("Hello {},", self.first_name),
        }
    }

    const fn closing(&self) -> &'static str {
        match self.language {
            Language::Fr => "L'équipe de Har Academy",
            Language::En => "The Har Academy team",
        }
    }
}

fn block_html(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Text(text) => p { (text) },
            Block::Link { label, url } => {
                p { a href=(url) { (label) } }
                p style="word-break: break-all; color: #555; font-size: smaller" { (url) }
            }
            Block::Code(code) => p { code style="word-break: break-all" { (code) } },
            Block::Quote(text) => blockquote style="white-space: pre-wrap" { (text) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(text: &str) -> Letter {
        let blocks = vec![
            Block::Text(text.to_owned()),
            Block::Link { label: "Suivre", url: format!("https://a.example/?b={text}") },
            Block::Code(text.to_owned()),
            Block::Quote(format!("{text}\n{text}")),
        ];
        Letter { language: Language::Fr, subject: "Objet", first_name: text.to_owned(), blocks }
    }

    #[test]
    fn no_word_becomes_markup() {
        let hostile = r#"<script>"&'</p>"#;
        let html = letter(hostile).html();
        assert!(!html.contains("<script") && !html.contains("\"&"), "{html}");
        assert_eq!(html.matches("&lt;script&gt;&quot;&amp;").count(), 7, "{html}");
        assert!(letter(hostile).text().contains(&format!("Bonjour {hostile},\n\n{hostile}\n\n")));
    }

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        let html = letter("x").html();
        for fetched in ["src=", "<img", "<link", "url(", "@import"] {
            assert!(!html.contains(fetched), "{fetched} in {html}");
        }
    }

    #[test]
    fn a_quote_is_marked_line_by_line() {
        assert!(letter("x").text().ends_with("> x\n> x\n\nL'équipe de Har Academy\n"), "{}", letter("x").text());
    }
}
