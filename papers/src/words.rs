//! Dates and amounts, as people write them.

use chrono::{DateTime, Datelike as _, Utc};

/// The language of a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// French.
    French,
    /// English.
    English,
}

const MONTHS: [(&str, &str); 12] = [
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("mai", "May"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
];

impl Tongue {
    /// One of two texts.
    pub(crate) const fn of<'a>(self, french: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::French => french,
            Self::English => english,
        }
    }

    /// A day, in UTC: `1er août 2026`, `1 August 2026`.
    pub(crate) fn day(self, time: DateTime<Utc>) -> String {
        let (french, english) = MONTHS.get(time.month0() as usize).copied().unwrap_or_default();
        let first = if self == Self::French && time.day() == 1 { "er" } else { "" };
        format!("{}{first} {} {}", time.day(), self.of(french, english), time.year())
    }

    /// An amount in euro cents: `1 234,50 €`, `€1,234.50`.
    pub(crate) fn euros(self, cents: i64) -> String {
        let (sign, cents) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
        let (whole, decimals) = (cents / 100, cents % 100);
        let digits = whole.to_string();
        let mut grouped = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                // A space that no line is broken at.
                grouped.push_str(self.of("\u{a0}", ","));
            }
            grouped.push(digit);
        }
        match self {
            Self::French => format!("{sign}{grouped},{decimals:02}\u{a0}€"),
            Self::English => format!("{sign}€{grouped}.{decimals:02}"),
        }
    }

    /// A rate in hundredths of a percent: `20 %`, `5.5%`.
    pub(crate) fn rate(self, basis_points: u32) -> String {
        let (whole, decimals) = (basis_points / 100, basis_points % 100);
        let decimals = format!("{decimals:02}");
        let decimals = decimals.trim_end_matches('0');
        let point = if decimals.is_empty() { "" } else { self.of(",", ".") };
        format!("{whole}{point}{decimals}{}", self.of("\u{a0}%", "%"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_rates_and_days_are_those_of_the_language() {
        for (cents, french, english) in [
            (4_990, "49,90\u{a0}€", "€49.90"),
            (5, "0,05\u{a0}€", "€0.05"),
            (-123_456_700, "-1\u{a0}234\u{a0}567,00\u{a0}€", "-€1,234,567.00"),
        ] {
            assert_eq!((Tongue::French.euros(cents), Tongue::English.euros(cents)), (french.into(), english.into()));
        }
        for (points, french, english) in
            [(2_000, "20\u{a0}%", "20%"), (550, "5,5\u{a0}%", "5.5%"), (5, "0,05\u{a0}%", "0.05%")]
        {
            assert_eq!((Tongue::French.rate(points), Tongue::English.rate(points)), (french.into(), english.into()));
        }
        let first = "2026-08-01T23:59:59Z".parse().unwrap();
        assert_eq!(
            (Tongue::French.day(first), Tongue::English.day(first)),
            ("1er août 2026".into(), "1 August 2026".into())
        );
    }
}
