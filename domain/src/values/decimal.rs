//! Decimal numbers, digit by digit and never through a float.

use super::ValueError;

/// The hundredths of a JSON number (RFC 8259 §6) of at most two decimals: `49.9`, `49.90` and `4990e-2` are 4990 each.
///
/// # Errors
/// [`ValueError`] `Required` for a blank, `Invalid` for what is no JSON number, `TooManyDecimals` for parts of a
/// hundredth, `OutOfRange` for what is negative or over `max` hundredths.
pub(super) fn hundredths(text: &str, max: u32) -> Result<u32, ValueError> {
    if text.trim().is_empty() {
        return Err(ValueError::Required);
    }
    let Decimal { negative, digits, exponent } = Decimal::parse(text).ok_or(ValueError::Invalid)?;
    if digits.is_empty() {
        return Ok(0);
    }
    // The last digit is not 0, so that its place tells whether hundredths are enough.
    let zeros = exponent.saturating_add(2);
    if zeros < 0 {
        return Err(ValueError::TooManyDecimals);
    }
    if negative {
        return Err(ValueError::OutOfRange);
    }
    let power = u32::try_from(zeros).ok().and_then(|zeros| 10_u32.checked_pow(zeros));
    match power.and_then(|power| digits.parse::<u32>().ok()?.checked_mul(power)) {
        Some(hundredths) if hundredths <= max => Ok(hundredths),
        Some(_) | None => Err(ValueError::OutOfRange),
    }
}

/// A decimal number: `digits` × 10^`exponent`, where `digits` neither begins nor ends with 0 and is empty for zero.
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads a JSON number; none when it is not one.
    fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        if !is_digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let digits = all.trim_end_matches('0');
        let dropped = all.len() - digits.len();
        let exponent = exponent.saturating_sub(length(fraction.len())).saturating_add(length(dropped));
        Some(Self { negative, digits: digits.trim_start_matches('0').to_owned(), exponent })
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn length(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

/// The number after the `e`; one that no integer holds is as far off as one can be.
fn parse_exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    is_digits(digits).then(|| sign * digits.parse::<i64>().unwrap_or(i64::MAX))
}
