//! The language of messages for people.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

/// The languages that messages exist in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// French, when nothing else is asked for.
    #[default]
    Fr,
    /// English.
    En,
}

impl Language {
    /// The language that `Accept-Language` weighs highest (RFC 9110 §12.5.4), the first of equals; French when it names
    /// none of ours.
    #[must_use]
    pub fn preferred(headers: &HeaderMap) -> Self {
        let mut best = (Self::default(), 0.0_f32);
        let ranges = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        for range in ranges.flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts
                .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
                .map_or(Some(1.0), |q| q.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)))
                .unwrap_or(0.0);
            let language = match tag.split('-').next() {
                Some("en") => Self::En,
                Some("fr" | "*") => Self::Fr,
                _ => continue,
            };
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }

    /// The tag for `Content-Language`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_weight_wins() {
        for (header, expected) in [
            ("en", Language::En),
            ("en-GB,fr;q=0.5", Language::En),
            ("en;q=0.5, fr;q=0.9", Language::Fr),
            ("de, en;q=0.1", Language::En),
            ("de", Language::Fr),
            ("*", Language::Fr),
            ("en;q=0", Language::Fr),
            ("en;q=nan", Language::Fr),
            (";;,,q=", Language::Fr),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, header.parse().unwrap());
            assert_eq!(Language::preferred(&headers), expected, "{header}");
        }
        assert_eq!(Language::preferred(&HeaderMap::new()), Language::Fr);
    }
}
