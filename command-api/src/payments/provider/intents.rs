//! Stripe's objects, as far as they are read: its own API has hundreds of fields more, and adds to them.
//!
//! Source: Stripe's API reference, `PaymentIntent`, `Charge`, `Customer`, `PaymentMethod`, `Refund`.

use miniserde::Deserialize;

use super::Outcome;
use super::purpose::{Metadata, Purpose};

/// A payment (`PaymentIntent`).
#[derive(Deserialize)]
pub(super) struct Intent {
    /// Its name.
    pub(super) id: String,
    /// How far it has come.
    pub(super) status: String,
    /// When it was begun, in seconds since 1970.
    pub(super) created: i64,
    /// What its owner is asked with.
    pub(super) client_secret: Option<String>,
    /// Of whom the money is asked.
    pub(super) customer: Option<String>,
    /// Whose it is.
    pub(super) metadata: Option<Metadata>,
    /// Why it failed last.
    pub(super) last_payment_error: Option<LastError>,
}

/// Why a payment failed.
#[derive(Deserialize)]
pub(super) struct LastError {
    /// Stripe's word.
    pub(super) code: Option<String>,
    /// The bank's word.
    pub(super) decline_code: Option<String>,
}

/// A payment with what has become of its money. Asked for with `latest_charge` expanded.
#[derive(Deserialize)]
pub(super) struct Written {
    /// As of [`Intent`].
    pub(super) id: String,
    /// How much, in minor units.
    pub(super) amount: i64,
    /// In small letters.
    pub(super) currency: String,
    /// As of [`Intent`].
    pub(super) status: String,
    /// As of [`Intent`].
    pub(super) metadata: Option<Metadata>,
    /// The money itself; none until it was tried to be had.
    pub(super) latest_charge: Option<Charge>,
}

/// Money that was had (`Charge`).
#[derive(Deserialize)]
pub(super) struct Charge {
    /// What went back of it, in minor units.
    pub(super) amount_refunded: i64,
    /// Whether a bank wants it back, or wanted it.
    pub(super) disputed: Option<bool>,
}

/// Who has left a card (`Customer`).
#[derive(Deserialize)]
pub(super) struct Holder {
    /// Their name, which is Stripe's.
    pub(super) id: String,
    /// For which subscription.
    pub(super) metadata: Option<Metadata>,
}

/// Something of which the name is all that matters.
#[derive(Deserialize)]
pub(super) struct Named {
    /// Its name.
    pub(super) id: String,
}

/// A refund.
#[derive(Deserialize)]
pub(super) struct Refund {
    /// How far it has come.
    pub(super) status: Option<String>,
    /// Why it failed.
    pub(super) failure_reason: Option<String>,
}

/// Part of a list, newest first.
#[derive(Deserialize)]
pub(super) struct Page<T> {
    /// The part.
    pub(super) data: Vec<T>,
    /// Whether there is more.
    pub(super) has_more: bool,
}

impl Intent {
    /// How the payment stands.
    pub(super) fn outcome(&self) -> Outcome {
        match self.status.as_str() {
            "succeeded" => Outcome::Paid,
            "canceled" => Outcome::Declined("canceled".to_owned()),
            "requires_payment_method" => {
                let error = self.last_payment_error.as_ref();
                let code = error.and_then(|error| error.decline_code.clone().or_else(|| error.code.clone()));
                Outcome::Declined(code.unwrap_or_else(|| "payment_failed".to_owned()))
            }
            // Its owner, or their bank, has the word; a message will tell what it was.
            _ => Outcome::Asked(self.client_secret.clone().unwrap_or_default()),
        }
    }

    /// Whether it was asked for this.
    pub(super) fn is_for(&self, purpose: Purpose) -> bool {
        self.metadata.as_ref().and_then(Purpose::of) == Some(purpose)
    }
}

#[cfg(test)]
mod tests {
    use events::{SubscriptionId, TransactionId};

    use super::*;

    fn intent(text: &str) -> Intent {
        let text = format!("{{ \"id\": \"pi_1\", \"amount\": 100, \"currency\": \"eur\", \"created\": 5, {text} }}");
        miniserde::json::from_str(&text).unwrap()
    }

    #[test]
    fn a_payment_stands_as_its_status_says() {
        let declined = |code: &str| Outcome::Declined(code.to_owned());
        for (text, expected) in [
            (r#""status": "succeeded", "unknown": { "more": [1] }"#, Outcome::Paid),
            (r#""status": "canceled""#, declined("canceled")),
            (r#""status": "requires_payment_method""#, declined("payment_failed")),
            (
                r#""status": "requires_payment_method", "last_payment_error": { "code": "card_declined" }"#,
                declined("card_declined"),
            ),
            (
                r#""status": "requires_payment_method",
                   "last_payment_error": { "code": "card_declined", "decline_code": "insufficient_funds" }"#,
                declined("insufficient_funds"),
            ),
            (r#""status": "requires_action", "client_secret": "s""#, Outcome::Asked("s".to_owned())),
            (r#""status": "processing", "client_secret": null"#, Outcome::Asked(String::new())),
        ] {
            assert_eq!(intent(text).outcome(), expected, "{text}");
        }
    }

    #[test]
    fn a_payment_is_known_by_what_it_carries_of_us() {
        let uuid = uuid::Uuid::now_v7();
        let sale = Purpose::Sale { transaction_id: TransactionId::new(uuid) };
        let nth = |month| Purpose::Month { subscription_id: SubscriptionId::new(uuid), month };
        let of = |metadata: String| intent(&format!("\"status\": \"succeeded\", \"metadata\": {metadata}"));
        let sold = of(format!("{{ \"transaction_id\": \"{uuid}\" }}"));
        assert!(sold.is_for(sale) && !sold.is_for(nth(1)));
        let month = of(format!("{{ \"subscription_id\": \"{uuid}\", \"month\": \"2\" }}"));
        assert!(month.is_for(nth(2)) && !month.is_for(nth(1)) && !month.is_for(sale));
        assert!(!of("null".to_owned()).is_for(sale));
    }
}
