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
