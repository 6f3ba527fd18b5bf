//! What the provider has written down of the academy's payments.

use events::SubscriptionId;

use super::Unavailable;
use super::intents::{Holder, Named, Written};
use super::purpose::{Purpose, SUBSCRIPTION};
use super::stripe::Stripe;

/// A payment that the provider has written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The provider's name of it.
    pub(crate) id: String,
    /// What it is for; none when the academy did not ask for it.
    pub(crate) purpose: Option<Purpose>,
    /// How much, in minor units.
    pub(crate) amount: i64,
    /// ISO 4217, in capitals.
    pub(crate) currency: String,
    /// Whether the money was there.
    pub(crate) is_paid: bool,
    /// What went back of it, in minor units.
    pub(crate) returned: i64,
    /// Whether a bank wants it back, or wanted it.
    pub(crate) is_disputed: bool,
}

/// Who has left a card at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Customer {
    /// The provider's name of them.
    id: String,
    /// The subscription that the card is for; none when the academy did not ask for it.
    pub(crate) subscription_id: Option<SubscriptionId>,
}

impl Stripe {
    pub(super) async fn book(&self) -> Result<Vec<Entry>, Unavailable> {
        let written = self.list("/payment_intents", &["data.latest_charge"], |written: &Written| &written.id).await?;
        Ok(written.into_iter().map(Entry::from).collect())
    }

    pub(super) async fn customers(&self) -> Result<Vec<Customer>, Unavailable> {
        let holders = self.list("/customers", &[], |holder: &Holder| &holder.id).await?;
        Ok(holders.into_iter().map(Customer::from).collect())
    }

    pub(super) async fn forget(&self, customer: &Customer) -> Result<(), Unavailable> {
        // One who is not there any more is forgotten.
        self.delete::<Named>(&format!("/customers/{}", customer.id)).await.map(drop)
    }

    async fn list<T: miniserde::Deserialize>(
        &self,
        path: &str,
        expand: &[&'static str],
        id: impl Fn(&T) -> &String,
    ) -> Result<Vec<T>, Unavailable> {
        let (mut all, mut starting_after) = (Vec::new(), None);
        loop {
            let page = self.page(path, starting_after, expand).await?;
            starting_after = page.data.last().map(|last| id(last).clone()).filter(|_| page.has_more);
            all.extend(page.data);
            if starting_after.is_none() {
                return Ok(all);
            }
        }
    }
}

impl From<Holder> for Customer {
    fn from(holder: Holder) -> Self {
        let subscription = holder.metadata.as_ref().and_then(|metadata| metadata.get(SUBSCRIPTION));
        Self { subscription_id: subscription.and_then(|text| text.parse().ok()), id: holder.id }
    }
}

impl From<Written> for Entry {
    fn from(written: Written) -> Self {
        let charge = written.latest_charge.as_ref();
        Self {
            purpose: written.metadata.as_ref().and_then(Purpose::of),
            amount: written.amount,
            currency: written.currency.to_ascii_uppercase(),
            is_paid: written.status == "succeeded",
            returned: charge.map_or(0, |charge| charge.amount_refunded),
            is_disputed: charge.and_then(|charge| charge.disputed) == Some(true),
            id: written.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        let text = format!(r#"{{ "id": "pi_1", "amount": 4990, "currency": "eur", "created": 5, {text} }}"#);
        miniserde::json::from_str::<Written>(&text).unwrap().into()
    }

    #[test]
    fn what_is_written_down_is_read() {
        let paid = entry(r#""status": "succeeded", "latest_charge": { "amount_refunded": 90, "disputed": true }"#);
        assert_eq!((paid.amount, paid.currency.as_str(), paid.returned), (4_990, "EUR", 90));
        assert!(paid.is_paid && paid.is_disputed && paid.purpose.is_none());
        let open = entry(r#""status": "requires_action", "latest_charge": null"#);
        assert!(!open.is_paid && !open.is_disputed && open.returned == 0);
    }
}
