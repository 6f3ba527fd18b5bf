//! Email addresses.

use validator::ValidateEmail;

use super::{
    ValueError,
    text::{Lines, at_most, clean, text_newtype},
};

text_newtype! {
    /// An email address: trimmed, lower-cased, of valid form, at most 254 characters (the longest path of RFC 5321
    /// §4.5.3.1.3 without its angle brackets).
    Email
}

impl Email {
    /// The greatest length, in characters.
    pub const MAX: usize = 254;

    /// Takes an address from outside. Two spellings that differ in case or outer blanks are one address.
    ///
    /// # Errors
    /// [`ValueError`] `Required`, `ControlCharacter`, `TooLong` or `InvalidEmail`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let address = clean(text, Lines::One)?.to_lowercase();
        at_most(&address, Self::MAX)?;
        if !address.validate_email() || !has_sound_brackets(&address) {
            return Err(ValueError::InvalidEmail);
        }
        Ok(Self(address))
    }
}

/// Whether a bracket, if there is one, opens the domain: `validator` looks for an address literal at the end of the
/// domain only, and lets anything stand before it.
fn has_sound_brackets(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, domain)| domain.rfind('[').unwrap_or(0) == 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_outer_blanks_do_not_count() {
        assert_eq!(Email::parse(" Ada.Lovelace@Example.ORG\n").unwrap().as_str(), "ada.lovelace@example.org");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "ada",
            "@example.org",
            "ada@",
            "ada@@example.org",
            "ada lovelace@example.org",
            "ada@exam ple.org",
            "ada@-example.org",
            "<ada@example.org>",
            "ada@example.org, bob@example.org",
            "ada@<script>[127.0.0.1]",
            "ada@[[127.0.0.1]",
        ] {
            assert_eq!(Email::parse(text).unwrap_err(), ValueError::InvalidEmail, "{text}");
        }
        assert_eq!(Email::parse("  ").unwrap_err(), ValueError::Required);
        assert_eq!(Email::parse("ada@example.org\r\nBcc: x").unwrap_err(), ValueError::ControlCharacter);
    }

    #[test]
    fn unusual_addresses_are_accepted() {
        for text in ["a@b", "ada+cours@example.org", "o'neil@sub.example.org", "ada@bücher.example", "ada@[127.0.0.1]"]
        {
            assert_eq!(Email::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn the_longest_address_has_254_characters() {
        let domain = format!("{}.{}.{}", "d".repeat(63), "e".repeat(63), "f".repeat(61));
        let longest = format!("{}@{domain}", "a".repeat(64));
        assert_eq!(longest.len(), 254);
        assert_eq!(Email::parse(&longest).unwrap().as_str(), longest);
        assert_eq!(Email::parse(&format!("{longest}g")).unwrap_err(), ValueError::TooLong { max: 254 });
    }

    proptest! {
        #[test]
        fn parsing_twice_is_parsing_once(text in r"[ \t]{0,2}[a-zA-ZÀ-ÿİΣ0-9.+_-]{1,12}@[a-zA-ZÀ-ÿİΣẞ0-9-]{1,8}(\.[a-zA-Z]{2,4})?[ \n]{0,2}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email));
            }
        }
    }
}
