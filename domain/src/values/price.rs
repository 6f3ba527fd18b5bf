//! Prices, exact to the cent.

use events::{Currency, Money};

use super::{ValueError, decimal::hundredths};

/// A price in euros: 0 to 1,000,000.00, at most two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price {
    cents: u32,
}

impl Price {
    /// The greatest price, in cents.
    pub const MAX_CENTS: u32 = 100_000_000;

    /// Takes a price from the text of a JSON number (RFC 8259 §6), digit by digit and never through a float: `49.9`,
    /// `49.90` and `4990e-2` are one price.
    ///
    /// # Errors
    /// [`ValueError`] `Required` for a blank, `Invalid` for what is no JSON number, `TooManyDecimals` for parts of a
    /// cent, `OutOfRange` for a negative price or one over the greatest.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        hundredths(text, Self::MAX_CENTS).map(|cents| Self { cents })
    }

    /// The price in minor units.
    #[must_use]
    pub fn money(self) -> Money {
        Money { minor: i64::from(self.cents), currency: Currency::EUR }
    }
}

/// Euros with two decimals, as `49.90`.
impl std::fmt::Display for Price {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.cents / 100, self.cents % 100)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cents(text: &str) -> Result<i64, ValueError> {
        Price::parse(text).map(|price| price.money().minor)
    }

    #[test]
    fn one_price_has_many_spellings() {
        for text in ["49.9", "49.90", "49.900", "4990e-2", "0.499e2", "4.99E+1", "49900e-3", "0.0499e3"] {
            assert_eq!(cents(text), Ok(4_990), "{text}");
        }
        for text in ["0", "-0", "0.0", "-0.0", "0e999999999999999999999", "0.000e-5"] {
            assert_eq!(cents(text), Ok(0), "{text}");
        }
        for (text, expected) in [("50", 5_000), ("1e2", 10_000), ("0.01", 1), ("1e6", 100_000_000)] {
            assert_eq!(cents(text), Ok(expected), "{text}");
        }
        assert_eq!(cents("1000000.00"), Ok(100_000_000));
    }

    #[test]
    fn what_a_json_number_prints_is_a_price() {
        for (json, expected) in [("49.90", 4_990), ("50", 5_000), ("1e2", 10_000), ("999999.99", 99_999_999)] {
            let number: serde_json::Number = serde_json::from_str(json).unwrap();
            assert_eq!(cents(&number.to_string()), Ok(expected), "{json}");
        }
    }

    #[test]
    fn parts_of_a_cent_are_refused() {
        for text in ["49.999", "0.001", "1e-3", "-0.001", "1e-99999999999999999999999", "0.1e-9223372036854775808"] {
            assert_eq!(cents(text), Err(ValueError::TooManyDecimals), "{text}");
        }
    }

    #[test]
    fn prices_below_nothing_and_over_the_greatest_are_refused() {
        let long = "9".repeat(100_000);
        for text in ["-0.01", "-1", "1000000.01", "1000001", "1e7", "1e999999999999999999999", "9e18", &long] {
            assert_eq!(cents(text), Err(ValueError::OutOfRange), "{text:.40}");
        }
    }

    #[test]
    fn what_is_no_json_number_is_refused() {
        for text in [
            "abc", "+1", "1.", ".5", "01", "00", "1,5", " 1", "1 ", "1e", "1e+", "1e1.5", "--1", "-", "0x10", "NaN",
            "1_0", "1e+-1", "١",
        ] {
            assert_eq!(cents(text), Err(ValueError::Invalid), "{text}");
        }
        assert_eq!(cents(" "), Err(ValueError::Required));
    }

    proptest! {
        #[test]
        fn printing_and_parsing_give_the_price_back(value in 0..=Price::MAX_CENTS) {
            let price = Price { cents: value };
            prop_assert_eq!(Price::parse(&price.to_string()), Ok(price));
            prop_assert_eq!(price.money(), Money { minor: i64::from(value), currency: Currency::EUR });
            // As a JSON body would carry it.
            let number: serde_json::Number = serde_json::from_str(&price.to_string()).unwrap();
            prop_assert_eq!(Price::parse(&number.to_string()), Ok(price));
        }

        #[test]
        fn nothing_with_a_third_decimal_passes(whole in 0_u32..2_000_000, two in 0_u32..100, more in "[0-9]{0,6}[1-9]") {
            prop_assert_eq!(Price::parse(&format!("{whole}.{two:02}{more}")), Err(ValueError::TooManyDecimals));
        }

        #[test]
        fn no_text_panics(text in "-?[0-9.eE+-]{0,24}") {
            let is_number = serde_json::from_str::<serde_json::Number>(&text).is_ok();
            // A number too large for serde_json is one all the same.
            if is_number {
                prop_assert_ne!(Price::parse(&text), Err(ValueError::Invalid));
            } else if Price::parse(&text).is_ok() {
                prop_assert_eq!(cents(&text), Ok(0));
            }
        }
    }
}
