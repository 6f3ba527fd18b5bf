//! What a file is, by its first bytes and not by its name.

/// The media type (RFC 6838) of a file with these first bytes; none when it can't be told. What is text and nothing else
/// is `text/plain`: scripts and tables have no other mark.
#[must_use]
pub fn kind_of(first: &[u8]) -> Option<&'static str> {
    match infer::get(first) {
        Some(kind) => Some(kind.mime_type()),
        None => is_text(first).then_some("text/plain"),
    }
}

/// Whether it is UTF-8 without control characters, but for a character at the end that is cut in two.
fn is_text(first: &[u8]) -> bool {
    const WHOLE: usize = 4;
    let text = match std::str::from_utf8(first) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && first.len() - error.valid_up_to() < WHOLE => {
            std::str::from_utf8(first.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or("\0")
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_what_is_in_them() {
        for (first, kind) in [
            (b"\x89PNG\r\n\x1a\n....".as_slice(), Some("image/png")),
            (b"\xff\xd8\xff\xe0....", Some("image/jpeg")),
            (b"GIF89a....", Some("image/gif")),
            (b"RIFF....WEBPVP8 ", Some("image/webp")),
            (b"....ftypmp42....mp42isom....", Some("video/mp4")),
            (b"%PDF-1.7", Some("application/pdf")),
            (b"x <- c(1, 2)\n", Some("text/plain")),
            ("été;2025\n".as_bytes(), Some("text/plain")),
            // The last letter is cut in two.
            (&"été".as_bytes()[..4], Some("text/plain")),
            (b"", None),
            (b"a\0b", None),
            (b"\xff\xfe\xfd", None),
            (b"a\xc3(", None),
        ] {
            assert_eq!(kind_of(first), kind, "{first:?}");
        }
        // Neither runs in a browser that was told that it is text; they are no text that anybody asked for either.
        assert_eq!(kind_of(b"<!DOCTYPE html><html><script>"), Some("text/html"));
        assert_eq!(kind_of(b"MZ\x90\0\x03"), Some("application/vnd.microsoft.portable-executable"));
    }
}
