//! Addresses of pictures and films.

use validator::ValidateUrl;

use super::{
    ValueError,
    text::{Lines, at_most, clean, text_newtype},
};

text_newtype! {
    /// An absolute http or https URL, at most 2,048 characters, safe to put between quotes in a page.
    HttpUrl
}

impl HttpUrl {
    /// The greatest length, in characters.
    pub const MAX: usize = 2_048;

    /// Takes a URL from outside, without its outer blanks.
    ///
    /// # Errors
    /// [`ValueError`] `Required`, `ControlCharacter`, `TooLong` or `InvalidUrl`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let url = clean(text, Lines::One)?;
        at_most(url, Self::MAX)?;
        if !has_http_scheme(url) || url.chars().any(is_unsafe) || !url.validate_url() {
            return Err(ValueError::InvalidUrl);
        }
        Ok(Self(url.to_owned()))
    }
}

/// The scheme with its two slashes: parsers made for browsers would also take `http:host` and `http:///host`.
fn has_http_scheme(url: &str) -> bool {
    let has = |scheme: &str| {
        url.split_at_checked(scheme.len())
            .is_some_and(|(start, rest)| start.eq_ignore_ascii_case(scheme) && !rest.starts_with('/'))
    };
    has("http://") || has("https://")
}

/// Characters that no URL holds unescaped (RFC 3986 §2) and that would end a quoted attribute, or that browsers read
/// as a slash.
fn is_unsafe(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '\'' | '<' | '>' | '\\' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_urls_are_taken() {
        for url in [
            "http://example.org",
            "HTTPS://img.example:8443/a/b.png?w=1&h=2#top",
            "https://exemple.fr/été.png",
            "http://[::1]:8080/x",
        ] {
            assert_eq!(HttpUrl::parse(&format!("  {url} ")).unwrap().as_str(), url);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for url in [
            "example.org/a.png",
            "/a.png",
            "ftp://example.org/a",
            "javascript:alert(1)",
            "data:text/html,x",
            "http:example.org",
            "http:/example.org",
            "http://",
            "http:///example.org",
            "http://exa mple.org",
            "http://example.org/\"onerror=\"x",
            "http://example.org/<b>",
            "http:\\\\example.org",
            "https://example.org:99999/",
            "é://example.org",
        ] {
            assert_eq!(HttpUrl::parse(url).unwrap_err(), ValueError::InvalidUrl, "{url}");
        }
        assert_eq!(HttpUrl::parse(" ").unwrap_err(), ValueError::Required);
        assert_eq!(HttpUrl::parse("http://a\0b").unwrap_err(), ValueError::ControlCharacter);
    }

    #[test]
    fn the_longest_url_has_2048_characters() {
        let longest = format!("https://a.example/{}", "x".repeat(2_030));
        assert_eq!(HttpUrl::parse(&longest).unwrap().as_str(), longest);
        assert_eq!(HttpUrl::parse(&format!("{longest}x")).unwrap_err(), ValueError::TooLong { max: 2_048 });
    }
}
