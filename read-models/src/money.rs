//! Amounts as answers write them.

use events::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount in answers: `{"amount": 49.9, "currency": "EUR"}`.
///
/// The number is the double nearest to minor units ÷ 100 and is printed with the fewest digits that read back as it,
/// which are the decimals meant, up to 2^53 minor units. It is for showing; nothing is ever computed with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Money)]
pub struct MoneyView {
    /// In the currency's major unit, at most as many decimals as the currency has.
    pub amount: f64,
    /// ISO 4217.
    pub currency: String,
}

impl From<Money> for MoneyView {
    fn from(money: Money) -> Self {
        // Powers of ten up to 10^22 are exact doubles, and the division rounds once: correctly.
        let scale = 10_f64.powi(money.currency.exponent().cast_signed());
        #[allow(clippy::cast_precision_loss)]
        let amount = money.minor as f64 / scale;
        Self { amount, currency: money.currency.code().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use events::Currency;

    use super::*;

    #[test]
    fn cents_print_as_the_decimals_they_are() {
        for (minor, text) in [(4990, "49.9"), (1, "0.01"), (110, "1.1"), (57, "0.57"), (999_999_999, "9999999.99")] {
            let view = MoneyView::from(Money { minor, currency: Currency::EUR });
            assert_eq!(serde_json::to_string(&view).unwrap(), format!(r#"{{"amount":{text},"currency":"EUR"}}"#));
        }
    }

    #[test]
    fn every_amount_up_to_a_thousand_euros_reads_back() {
        for minor in 0..100_000_i64 {
            let text =
                serde_json::to_string(&MoneyView::from(Money { minor, currency: Currency::EUR }).amount).unwrap();
            let (major, decimals) = text.split_once('.').unwrap();
            assert_eq!(format!("{major}{decimals:0<2}").parse::<i64>().unwrap(), minor, "{text}");
        }
    }
}
