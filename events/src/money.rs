//! Money in events: integer minor units and a currency, never a float.

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency that the academy sells in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Currency {
    /// The euro, two decimals.
    EUR,
}

impl Currency {
    /// How many decimals the minor unit has (ISO 4217's exponent).
    #[must_use]
    pub const fn exponent(self) -> u32 {
        match self {
            Self::EUR => 2,
        }
    }

    /// The ISO 4217 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::EUR => "EUR",
        }
    }
}

/// An amount in the minor unit of its currency (cents for the euro).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units.
    pub minor: i64,
    /// The currency that the minor units are of.
    pub currency: Currency,
}

/// Why two amounts have no sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// They are of different currencies.
    #[error("amounts of different currencies have no sum")]
    OtherCurrency,
    /// It is more than can be written down.
    #[error("the sum is too large")]
    Overflow,
}

impl Money {
    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// [`MoneyError`] says which.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.joined(other, i64::checked_add)
    }

    /// What is left when an amount of the same currency is taken away.
    ///
    /// # Errors
    /// [`MoneyError`] says which.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.joined(other, i64::checked_sub)
    }

    fn joined(self, other: Self, join: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::OtherCurrency);
        }
        let minor = join(self.minor, other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, currency: self.currency })
    }
}

/// As `49.90 EUR`: with the decimals that the currency has.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scale = 10_u64.pow(self.currency.exponent());
        let (sign, size) = (if self.minor < 0 { "-" } else { "" }, self.minor.unsigned_abs());
        let decimals = usize::try_from(self.currency.exponent()).unwrap_or_default();
        write!(f, "{sign}{}.{:0decimals$} {}", size / scale, size % scale, self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euros(minor: i64) -> Money {
        Money { minor, currency: Currency::EUR }
    }

    #[test]
    fn sums_are_exact_or_none() {
        assert_eq!(euros(10).plus(euros(20)), Ok(euros(30)));
        assert_eq!(euros(10).minus(euros(20)), Ok(euros(-10)));
        assert_eq!(euros(i64::MAX).plus(euros(1)), Err(MoneyError::Overflow));
    }

    #[test]
    fn amounts_are_written_with_the_currency_s_decimals() {
        for (minor, text) in [(4_990, "49.90 EUR"), (5, "0.05 EUR"), (-105, "-1.05 EUR"), (0, "0.00 EUR")] {
            assert_eq!(euros(minor).to_string(), text);
        }
    }
}
