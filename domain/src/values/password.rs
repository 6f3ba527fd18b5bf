//! Passwords, in the short time between a request and their hash.

use super::ValueError;

/// A new password that keeps the rules: 8 to 128 characters, at least one upper-case letter and one digit. Outer
/// blanks belong to it. It can't be written anywhere by accident: no `Serialize`, no `Display`, and `Debug` hides it.
#[derive(PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The least length, in characters.
    pub const MIN: usize = 8;
    /// The greatest length, in characters.
    pub const MAX: usize = 128;

    /// Takes a new password from outside. Not for logging in, where whatever was typed is compared with the hash.
    ///
    /// # Errors
    /// [`ValueError`] `Required`, `ControlCharacter` or `WeakPassword`.
    pub fn parse(text: String) -> Result<Self, ValueError> {
        if text.is_empty() {
            return Err(ValueError::Required);
        }
        if text.chars().any(char::is_control) {
            return Err(ValueError::ControlCharacter);
        }
        let length = text.chars().take(Self::MAX + 1).count();
        let strong = (Self::MIN..=Self::MAX).contains(&length)
            && text.chars().any(char::is_uppercase)
            && text.chars().any(|character| character.is_ascii_digit());
        if strong { Ok(Self(text)) } else { Err(ValueError::WeakPassword) }
    }

    /// The plain text, to be hashed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// The hash of a password: Argon2id, PHC string format. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The hash that the hasher made.
    #[must_use]
    pub const fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string by itself.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Password, ValueError> {
        Password::parse(text.to_owned())
    }

    #[test]
    fn strong_passwords_are_taken_as_they_are() {
        for text in ["Abcdefg1", " Écoles 7 ", "1234567É"] {
            assert_eq!(parse(text).unwrap().expose(), text);
        }
        let longest = format!("A1{}", "é".repeat(126));
        assert_eq!(parse(&longest).unwrap().expose(), longest);
    }

    #[test]
    fn weak_passwords_are_refused() {
        let too_long = format!("A1{}", "é".repeat(127));
        for text in ["Abcdef1", "abcdefg1", "Abcdefgh", "ABCDEFGH", "        ", "Éa1éééé", &too_long] {
            assert_eq!(parse(text).unwrap_err(), ValueError::WeakPassword, "{text}");
        }
        assert_eq!(parse("").unwrap_err(), ValueError::Required);
        for control in ['\u{0}', '\t', '\n', '\u{7f}', '\u{85}'] {
            assert_eq!(parse(&format!("Abcdefg1{control}")).unwrap_err(), ValueError::ControlCharacter);
        }
    }

    #[test]
    fn neither_password_nor_hash_is_shown_when_it_is_printed() {
        assert_eq!(format!("{:?}", parse("Abcdefg1").unwrap()), "Password(hidden)");
        assert_eq!(format!("{:?}", PasswordHash::new("$argon2id$x".to_owned())), "PasswordHash(hidden)");
    }
}
