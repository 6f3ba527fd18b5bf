//! What a certificate is checked by.

use super::ValueError;

/// Crockford's base32: no I, L, O or U, so that nothing is misread. <https://www.crockford.com/base32.html>
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// `XXXX-XXXX-XXXX-XXXX`: 80 bits, which nobody guesses, in four groups, which anybody can read out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateCode(String);

impl CertificateCode {
    /// The code of 80 random bits.
    #[must_use]
    pub fn new(random: [u8; 10]) -> Self {
        let bits = random.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let digit = |place: u32| usize::try_from(bits >> (75 - 5 * place) & 31).unwrap_or(0);
        Self(grouped((0..16).map(|place| char::from(ALPHABET[digit(place)]))))
    }

    /// Takes a code as somebody typed it: case, blanks and hyphens do not count, and what is misread is put right.
    ///
    /// # Errors
    /// [`ValueError`] `Required` or `Invalid`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if text.trim().is_empty() {
            return Err(ValueError::Required);
        }
        let typed = text.chars().filter(|letter| !matches!(letter, '-' | ' '));
        let digits: Vec<char> = typed.take(17).map(put_right).collect();
        let known = |digit: &char| u8::try_from(*digit).is_ok_and(|byte| ALPHABET.contains(&byte));
        if digits.len() != 16 || !digits.iter().all(known) {
            return Err(ValueError::Invalid);
        }
        Ok(Self(grouped(digits)))
    }

    /// The code, in four groups.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code by itself.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The digit that somebody meant.
const fn put_right(letter: char) -> char {
    match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    }
}

/// Digits in groups of four.
fn grouped(digits: impl IntoIterator<Item = char>) -> String {
    let mut code = String::with_capacity(19);
    for (place, digit) in digits.into_iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        code.push(digit);
    }
    code
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn eighty_bits_are_four_groups() {
        assert_eq!(CertificateCode::new([0; 10]).as_str(), "0000-0000-0000-0000");
        assert_eq!(CertificateCode::new([0xFF; 10]).as_str(), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        let counting = CertificateCode::new([0, 0x44, 0x32, 0x14, 0xC7, 0x42, 0x54, 0xB6, 0x35, 0xCF]);
        assert_eq!(counting.as_str(), "0123-4567-89AB-CDEF");
    }

    #[test]
    fn what_is_typed_is_put_right_or_refused() {
        assert_eq!(CertificateCode::parse("o123 4567 89ab cdef").unwrap().as_str(), "0123-4567-89AB-CDEF");
        assert_eq!(CertificateCode::parse("0I2345678-9abcdEF").unwrap().as_str(), "0123-4567-89AB-CDEF");
        for text in ["0123-4567-89AB-CDE", "0123-4567-89AB-CDEFG", "0123-4567-89AB-CDEU", "é123-4567-89AB-CDEF", "-"] {
            assert_eq!(CertificateCode::parse(text), Err(ValueError::Invalid), "{text}");
        }
        assert_eq!(CertificateCode::parse(" "), Err(ValueError::Required));
    }

    proptest! {
        #[test]
        fn different_bits_are_different_codes_that_read_back(a: [u8; 10], b: [u8; 10]) {
            let (code, other) = (CertificateCode::new(a), CertificateCode::new(b));
            prop_assert_eq!(code == other, a == b);
            prop_assert_eq!(CertificateCode::parse(&code.as_str().to_lowercase()), Ok(code));
        }
    }
}
