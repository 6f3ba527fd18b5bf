//! Who moves the money. Each request bears a name of its own, so that it may be made again after a crash and has its
//! effect once.
//!
//! | file | who |
//! |---|---|
//! | `simulated` | nobody: answers as Stripe gives them for its test cards |
//! | `stripe`, `intents` | Stripe, over its API: what is asked for; how its payments are read |
//! | `purpose` | what a payment is for, as it stands on it |
//! | `book` | what the provider has written down: payments, for the comparison with the log, and customers |

mod book;
mod intents;
mod purpose;
mod simulated;
mod stripe;

use std::sync::Arc;

use domain::transaction::PaymentNews;
use events::{Money, SubscriptionId, TransactionId};
use service_kit::http::ApiError;
use service_kit::settings::{Gateway, Payment};
use simulated::Simulated;
use stripe::Stripe;

use crate::Refusal;

pub(crate) use book::{Customer, Entry};
pub(crate) use purpose::Purpose;
pub(crate) use simulated::USUAL_CARD;
pub use stripe::OpenStripeError;

/// Who moves the money.
#[derive(Clone)]
pub(crate) enum Provider {
    /// Nobody: it behaves as Stripe does with its test cards, and remembers nothing, since each answer follows from the
    /// request.
    Simulated(Simulated),
    /// Stripe.
    Stripe(Arc<Stripe>),
}

/// The provider gave no answer that can be relied on: it is away, too slow, busy, or refuses the academy's key. What was
/// asked for may have had its effect or not; it is to be asked again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payment provider gave no answer: {0}")]
pub(crate) struct Unavailable(pub(crate) String);

impl From<Unavailable> for Refusal {
    fn from(error: Unavailable) -> Self {
        Self::Api(ApiError::unavailable(error))
    }
}

/// Whether something is asked for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    /// It is.
    First,
    /// It may have been asked for before, by a process that did not live to hear the answer, and so long ago that the
    /// provider no longer knows the request by its name (Stripe keeps idempotency keys for a day): what it did is looked
    /// up before anything is asked for.
    Again,
}

/// A payment for a course.
#[derive(Clone, Debug)]
pub(crate) struct Sale<'a> {
    /// Ours.
    pub(crate) id: TransactionId,
    /// How much.
    pub(crate) amount: Money,
    /// The provider's name of the card.
    pub(crate) card: &'a str,
}

/// A month of a subscription.
#[derive(Clone, Debug)]
pub(crate) struct Month<'a> {
    /// The subscription.
    pub(crate) id: SubscriptionId,
    /// Which month of it, the first one being 1.
    pub(crate) number: u32,
    /// What it costs.
    pub(crate) amount: Money,
    /// The provider's name of the card.
    pub(crate) card: &'a str,
}

/// A payment that is to go back.
#[derive(Clone, Debug)]
pub(crate) struct Return<'a> {
    /// Ours.
    pub(crate) id: TransactionId,
    /// The provider's name of the payment.
    pub(crate) payment_intent_id: Option<&'a str>,
    /// The version of the payment's stream. It is part of the request's name, so that a refund that was refused may be
    /// asked for anew.
    pub(crate) version: u64,
}

/// What a provider answers to who wants to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Its name of the payment; none when it never came to one.
    pub(crate) payment_intent_id: Option<String>,
    /// How it went.
    pub(crate) outcome: Outcome,
}

/// How a payment went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The money is there.
    Paid,
    /// Its owner is to be asked, with this secret.
    Asked(String),
    /// It will not come, for this reason.
    Declined(String),
}

impl Outcome {
    /// As the payment hears it, and the secret that its owner is asked with.
    pub(crate) fn heard(self) -> (PaymentNews, Option<String>) {
        match self {
            Self::Paid => (PaymentNews::Succeeded, None),
            Self::Asked(secret) => (PaymentNews::Awaited, Some(secret)),
            Self::Declined(code) => (PaymentNews::Failed(code), None),
        }
    }
}

/// What a provider answers to who wants to subscribe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Agreed {
    /// The first month is paid for; the provider's name of what further months are asked of.
    Yes(String),
    /// It is not, for this reason.
    No(String),
}

/// What a provider answers to who wants money to go back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Returned {
    /// It goes.
    Yes,
    /// It stays, for this reason.
    No(String),
}

impl Provider {
    /// The provider of the settings.
    ///
    /// # Errors
    /// When Stripe's address or key is no address or key.
    pub(crate) fn open(settings: &Payment, token_key: &[u8; 32]) -> Result<Self, OpenStripeError> {
        Ok(match settings.gateway {
            Gateway::Simulated => Self::Simulated(Simulated::new(token_key)),
            Gateway::Stripe => Self::Stripe(Arc::new(Stripe::open(settings)?)),
        })
    }

    /// Whether it may have such a card.
    pub(crate) fn knows(&self, card: &str) -> bool {
        match self {
            Self::Simulated(_) => simulated::knows(card),
            Self::Stripe(_) => stripe::is_card(card),
        }
    }

    /// Asks for a payment. Asked again, it answers the same.
    pub(crate) async fn pay(&self, sale: &Sale<'_>, asking: Asking) -> Result<Answer, Unavailable> {
        match self {
            Self::Simulated(simulated) => Ok(simulated.pay(sale)),
            Self::Stripe(stripe) => stripe.pay(sale, asking).await,
        }
    }

    /// Sends a payment back: all that has not gone back yet.
    pub(crate) async fn refund(&self, payment: &Return<'_>) -> Result<Returned, Unavailable> {
        match self {
            Self::Simulated(_) => Ok(Returned::Yes),
            Self::Stripe(stripe) => stripe.refund(payment).await,
        }
    }

    /// Asks for the first month of a subscription, and for leave to ask for the months to come.
    pub(crate) async fn subscribe(&self, month: &Month<'_>, asking: Asking) -> Result<Agreed, Unavailable> {
        match self {
            Self::Simulated(_) => Ok(simulated::subscribe(month)),
            Self::Stripe(stripe) => stripe.subscribe(month, asking).await,
        }
    }

    /// Asks for a further month, under what was agreed at the first; whether it is paid for.
    pub(crate) async fn renew(&self, month: &Month<'_>, agreed: &str, asking: Asking) -> Result<bool, Unavailable> {
        match self {
            Self::Simulated(_) => Ok(simulated::renews(month.card)),
            Self::Stripe(stripe) => stripe.renew(month, agreed, asking).await,
        }
    }

    /// Which payment a provider's name of it tells by itself.
    pub(crate) fn payment_named(&self, payment_intent_id: &str) -> Option<TransactionId> {
        match self {
            Self::Simulated(_) => simulated::payment_named(payment_intent_id),
            Self::Stripe(_) => None,
        }
    }

    /// Whether a message is about this academy's money: play money is no matter for who takes real money, nor the other
    /// way round. `livemode` is what the message says of itself.
    pub(crate) fn concerns(&self, livemode: Option<bool>) -> bool {
        match self {
            Self::Simulated(_) => true,
            Self::Stripe(stripe) => livemode.is_none_or(|is_live| is_live == stripe.is_live()),
        }
    }

    /// Who has left a card for a subscription, and for which.
    pub(crate) async fn customers(&self) -> Result<Vec<Customer>, Unavailable> {
        match self {
            Self::Simulated(_) => Ok(Vec::new()),
            Self::Stripe(stripe) => stripe.customers().await,
        }
    }

    /// Forgets a customer and their card. Forgetting twice does no harm.
    pub(crate) async fn forget(&self, customer: &Customer) -> Result<(), Unavailable> {
        match self {
            Self::Simulated(_) => Ok(()),
            Self::Stripe(stripe) => stripe.forget(customer).await,
        }
    }

    /// All that it has written down; none when it writes nothing down.
    pub(crate) async fn book(&self) -> Result<Option<Vec<Entry>>, Unavailable> {
        match self {
            Self::Simulated(_) => Ok(None),
            Self::Stripe(stripe) => stripe.book().await.map(Some),
        }
    }
}
