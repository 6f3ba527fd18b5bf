//! What a payment is for: written on it when it is asked for, and read from it when it is found.

use std::collections::BTreeMap;

use events::{SubscriptionId, TransactionId};
use serde::Serialize;

/// What Stripe keeps with its objects for whoever made them.
pub(super) type Metadata = BTreeMap<String, String>;

/// The key of a payment's name among its [`Metadata`].
const TRANSACTION: &str = "transaction_id";
/// That of a subscription's.
pub(super) const SUBSCRIPTION: &str = "subscription_id";
/// That of a month's number.
const MONTH: &str = "month";

/// What a payment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub(crate) enum Purpose {
    /// A course.
    Sale {
        /// The payment.
        transaction_id: TransactionId,
    },
    /// A month of a subscription.
    Month {
        /// The subscription.
        subscription_id: SubscriptionId,
        /// Which month of it, the first one being 1.
        month: u32,
    },
}

impl Purpose {
    /// As it is written on a payment.
    pub(super) fn metadata(self) -> Metadata {
        let entry = |key: &str, value: &dyn std::fmt::Display| (key.to_owned(), value.to_string());
        match self {
            Self::Sale { transaction_id } => Metadata::from([entry(TRANSACTION, &transaction_id)]),
            Self::Month { subscription_id, month } => {
                Metadata::from([entry(SUBSCRIPTION, &subscription_id), entry(MONTH, &month)])
            }
        }
    }

    /// As a payment says it; none when the academy did not ask for it.
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        let text = |key: &str| metadata.get(key).map(String::as_str);
        if let Some(transaction_id) = text(TRANSACTION).and_then(|text| text.parse().ok()) {
            return Some(Self::Sale { transaction_id });
        }
        let subscription_id = text(SUBSCRIPTION)?.parse().ok()?;
        Some(Self::Month { subscription_id, month: text(MONTH)?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_payment_is_for_stands_on_it() {
        let id = uuid::Uuid::now_v7();
        let of = |metadata: &str| miniserde::json::from_str(metadata).ok().as_ref().and_then(Purpose::of);
        let sale = Purpose::Sale { transaction_id: TransactionId::new(id) };
        assert_eq!(of(&format!(r#"{{ "transaction_id": "{id}" }}"#)), Some(sale));
        let month = Purpose::Month { subscription_id: SubscriptionId::new(id), month: 3 };
        assert_eq!(of(&format!(r#"{{ "subscription_id": "{id}", "month": "3" }}"#)), Some(month));
        for purpose in [sale, month] {
            assert_eq!(Purpose::of(&purpose.metadata()), Some(purpose));
        }
        for metadata in ["{}", "null", r#"{ "transaction_id": "x" }"#, &format!(r#"{{ "subscription_id": "{id}" }}"#)] {
            assert_eq!(of(metadata), None, "{metadata}");
        }
    }
}
