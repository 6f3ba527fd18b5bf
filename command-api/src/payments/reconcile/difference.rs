//! A payment that is on one side only, the log's or the provider's, or not the same on both: how it is told.

use events::{Currency, Money};
use serde::Serialize;

use crate::payments::provider::{Entry, Purpose};

/// A payment that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// How.
    pub kind: DifferenceKind,
    /// What it is for, when that is known.
    #[serde(flatten)]
    pub(super) purpose: Option<Purpose>,
    /// The provider's name of it, when that is known.
    pub payment_intent_id: Option<String>,
    /// What the log says.
    pub log: Option<String>,
    /// What the provider says.
    pub provider: Option<String>,
}

/// How a payment is not the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The provider has money of which the log knows nothing.
    UnknownToLog,
    /// The log has a payment as completed that the provider does not know.
    UnknownToProvider,
    /// The money is there, and the log does not have it so: somebody has paid and was not given what they paid for.
    PaidOnlyAtProvider,
    /// The log has it as paid, and the money is not there.
    PaidOnlyInLog,
    /// Not the same amount, or currency.
    Amount,
    /// Not the same amount went back.
    Returned,
    /// Paid for more than once.
    PaidTwice,
}

/// What the log says of a payment.
pub(super) struct Said {
    pub(super) purpose: Purpose,
    pub(super) amount: Money,
    pub(super) is_paid: bool,
    /// How much went back, in minor units; none when that is not for the log to say.
    pub(super) returned: Option<i64>,
}

impl Difference {
    pub(super) fn of(kind: DifferenceKind, said: Option<&Said>, entry: Option<&Entry>) -> Self {
        Self {
            kind,
            purpose: said.map(|said| said.purpose).or_else(|| entry.and_then(|entry| entry.purpose)),
            payment_intent_id: entry.map(|entry| entry.id.clone()),
            log: said.map(|said| {
                let stands = if said.is_paid { "paid" } else { "not paid" };
                let returned = said.returned.map_or_else(String::new, |minor| went_back(minor, said.amount.currency));
                format!("{}, {stands}{returned}", said.amount)
            }),
            provider: entry.map(|entry| {
                let stands = if entry.is_paid { "paid" } else { "not paid" };
                let returned = if entry.returned == 0 { String::new() } else { format!(", {} back", entry.returned) };
                format!("{} {} (minor units), {stands}{returned}", entry.amount, entry.currency)
            }),
        }
    }
}

/// A line.
impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
        let kind = match self.kind {
            DifferenceKind::UnknownToLog => "unknown to the log",
            DifferenceKind::UnknownToProvider => "unknown to the provider",
            DifferenceKind::PaidOnlyAtProvider => "paid only at the provider",
            DifferenceKind::PaidOnlyInLog => "paid only in the log",
            DifferenceKind::Amount => "not the same amount",
            DifferenceKind::Returned => "not the same went back",
            DifferenceKind::PaidTwice => "paid more than once",
        };
        match self.purpose {
            Some(Purpose::Sale { transaction_id }) => write!(f, "transaction {transaction_id}: ")?,
            Some(Purpose::Month { subscription_id, month }) => {
                write!(f, "subscription {subscription_id}, month {month}: ")?
            }
            None => {}
        }
        let named = self.payment_intent_id.as_deref().map_or_else(String::new, |id| format!(" ({id})"));
        write!(f, "{kind}{named}; log: {}; provider: {}", word(&self.log), word(&self.provider))
    }
}

fn went_back(minor: i64, currency: Currency) -> String {
    if minor == 0 { String::new() } else { format!(", {} back", Money { minor, currency }) }
}
