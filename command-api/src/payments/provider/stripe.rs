//! Stripe moves the money.
//!
//! A course is paid for by one `PaymentIntent`, created and confirmed in one request. A month of a subscription is one
//! too, of a `Customer` who has left a card: the calendar is the academy's own, so that pauses, changes of plan and the
//! ends of months follow its rules, and Stripe is asked for one month at a time. Every request bears an idempotency key
//! that follows from what is asked for, so that it has its effect once, however often it is made.
//!
//! Source: Stripe's API reference, and its guides to idempotent requests and to off-session payments.

use std::time::Duration;

use ::stripe::{ApiErrors, ApiErrorsType, Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError};
use events::Money;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use service_kit::settings::Payment;
use stripe_client_core::{RequestBuilder, StripeMethod};
use uuid::Uuid;

use super::intents::{Intent, Named, Page, Refund};
use super::purpose::{Metadata, Purpose, SUBSCRIPTION};
use super::{Agreed, Answer, Asking, Month, Outcome, Return, Returned, Sale, Unavailable};

/// How long Stripe has for one answer. Less than what a payment may be without answer before it is asked for again.
const PATIENCE: Duration = Duration::from_secs(8);
/// The most that Stripe lists at once.
const PAGE: u32 = 100;
/// How far Stripe's clock may be from ours, in seconds.
const CLOCKS: i64 = 24 * 60 * 60;
/// The longest name of a card.
const LONGEST_CARD: usize = 255;

/// See [`super::Provider::Stripe`].
pub(crate) struct Stripe {
    client: Client,
    is_live: bool,
}

/// Why Stripe can't be spoken to at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenStripeError {
    /// There is no key.
    #[error("HAR_STRIPE_SECRET_KEY is missing")]
    NoKey,
    /// The key or the address is none. Stripe's library says which, without showing it.
    #[error("HAR_STRIPE_SECRET_KEY or HAR_STRIPE_API_BASE: {0}")]
    Client(String),
}

/// A payment that is asked for.
#[derive(Serialize)]
struct NewIntent<'a> {
    amount: i64,
    currency: String,
    payment_method: &'a str,
    payment_method_types: [&'static str; 1],
    confirm: bool,
    metadata: Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    off_session: Option<bool>,
}

#[derive(Serialize)]
struct NewCustomer {
    metadata: Metadata,
}

#[derive(Serialize)]
struct Attach<'a> {
    customer: &'a str,
}

#[derive(Serialize)]
struct NewRefund<'a> {
    payment_intent: &'a str,
    metadata: Metadata,
}

#[derive(Serialize)]
struct ListAfter<'a> {
    limit: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    starting_after: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    expand: &'a [&'static str],
}

#[derive(Serialize)]
struct ListCards<'a> {
    customer: &'a str,
    r#type: &'static str,
    limit: u32,
}

#[derive(Serialize)]
struct Nothing {}

/// Why Stripe would not, in its own words.
pub(super) struct No {
    payment_intent_id: Option<String>,
    code: String,
}

/// Whether a text may be Stripe's name of a card.
pub(super) fn is_card(text: &str) -> bool {
    let rest = text.strip_prefix("pm_").unwrap_or_default();
    let is_plain = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    !rest.is_empty() && is_plain && text.len() <= LONGEST_CARD
}

impl Stripe {
    pub(super) fn open(settings: &Payment) -> Result<Self, OpenStripeError> {
        service_kit::tls::install();
        let key = settings.stripe_secret_key.as_ref().ok_or(OpenStripeError::NoKey)?.expose_secret();
        let client = ClientBuilder::new(key).url(format!("{}/", settings.stripe_api_base)).timeout(PATIENCE);
        let client = client.build().map_err(|error| OpenStripeError::Client(error.to_string()))?;
        // Keys of real money say so: `sk_live_…`, and restricted ones `rk_live_…`.
        Ok(Self { client, is_live: key.get(2..).is_some_and(|rest| rest.starts_with("_live_")) })
    }

    pub(super) const fn is_live(&self) -> bool {
        self.is_live
    }

    pub(super) async fn pay(&self, sale: &Sale<'_>, asking: Asking) -> Result<Answer, Unavailable> {
        let purpose = Purpose::Sale { transaction_id: sale.id };
        if asking == Asking::Again
            && let Some(intent) = self.find(sale.id.uuid(), purpose).await?
        {
            return Ok(Answer { outcome: intent.outcome(), payment_intent_id: Some(intent.id) });
        }
        let intent = new_intent(sale.amount, sale.card, purpose);
        Ok(match self.post::<Intent>("/payment_intents", &intent, &sale.id.to_string()).await? {
            Ok(intent) => Answer { outcome: intent.outcome(), payment_intent_id: Some(intent.id) },
            Err(No { payment_intent_id, code }) => Answer { payment_intent_id, outcome: Outcome::Declined(code) },
        })
    }

    pub(super) async fn refund(&self, payment: &Return<'_>) -> Result<Returned, Unavailable> {
        let purpose = Purpose::Sale { transaction_id: payment.id };
        let named = match payment.payment_intent_id {
            Some(id) => Some(id.to_owned()),
            None => self.find(payment.id.uuid(), purpose).await?.map(|intent| intent.id),
        };
        let Some(intent) = named else { return Ok(Returned::No("resource_missing".to_owned())) };
        let refund = NewRefund { payment_intent: &intent, metadata: purpose.metadata() };
        let key = format!("refund-{}-{}", payment.id, payment.version);
        Ok(match self.post::<Refund>("/refunds", &refund, &key).await? {
            Ok(Refund { status, failure_reason }) => match status.as_deref() {
                Some("failed" | "canceled") => Returned::No(failure_reason.unwrap_or_else(|| "failed".to_owned())),
                Some(_) | None => Returned::Yes,
            },
            Err(No { code, .. }) if code == "charge_already_refunded" => Returned::Yes,
            Err(No { code, .. }) => Returned::No(code),
        })
    }

    pub(super) async fn subscribe(&self, month: &Month<'_>, asking: Asking) -> Result<Agreed, Unavailable> {
        if let Some(agreed) = self.month_before(month, asking).await? {
            return Ok(agreed);
        }
        let metadata = Metadata::from([(SUBSCRIPTION.to_owned(), month.id.to_string())]);
        let key = format!("customer-{}", month.id);
        let customer = match self.post::<Named>("/customers", &NewCustomer { metadata }, &key).await? {
            Ok(Named { id }) => id,
            Err(No { code, .. }) => return Ok(Agreed::No(code)),
        };
        let (path, key) = (format!("/payment_methods/{}/attach", month.card), format!("card-{}", month.id));
        let card = match self.post::<Named>(&path, &Attach { customer: &customer }, &key).await? {
            Ok(Named { id }) => id,
            Err(No { code, .. }) => return Ok(Agreed::No(code)),
        };
        self.ask_month(month, customer, &card).await
    }

    pub(super) async fn renew(&self, month: &Month<'_>, agreed: &str, asking: Asking) -> Result<bool, Unavailable> {
        if let Some(before) = self.month_before(month, asking).await? {
            return Ok(matches!(before, Agreed::Yes(_)));
        }
        // Whatever card they have left now: banks replace them, and Stripe follows.
        let query = ListCards { customer: agreed, r#type: "card", limit: 1 };
        let cards = self.get::<Page<Named>>("/payment_methods", &query).await?;
        let Some(card) = cards.ok().and_then(|page| page.data.into_iter().next()) else { return Ok(false) };
        Ok(matches!(self.ask_month(month, agreed.to_owned(), &card.id).await?, Agreed::Yes(_)))
    }

    /// What has become of a month that may have been asked for; none when it was not.
    async fn month_before(&self, month: &Month<'_>, asking: Asking) -> Result<Option<Agreed>, Unavailable> {
        if asking == Asking::First {
            return Ok(None);
        }
        match self.find(month.id.uuid(), purpose_of(month)).await? {
            Some(mut intent) => self.agreed(intent.customer.take().unwrap_or_default(), &intent).await.map(Some),
            None => Ok(None),
        }
    }

    /// Asks a customer for a month, with this card of theirs.
    async fn ask_month(&self, month: &Month<'_>, customer: String, card: &str) -> Result<Agreed, Unavailable> {
        let intent = NewIntent {
            customer: Some(&customer),
            off_session: Some(true),
            ..new_intent(month.amount, card, purpose_of(month))
        };
        let key = format!("month-{}-{}", month.id, month.number);
        match self.post::<Intent>("/payment_intents", &intent, &key).await? {
            Ok(intent) => self.agreed(customer, &intent).await,
            Err(No { code, .. }) => Ok(Agreed::No(code)),
        }
    }

    /// Whether a month is paid for. Nobody is there to be asked: a payment that would wait for somebody is taken back.
    async fn agreed(&self, customer: String, intent: &Intent) -> Result<Agreed, Unavailable> {
        let id = &intent.id;
        match intent.outcome() {
            Outcome::Paid => Ok(Agreed::Yes(customer)),
            Outcome::Declined(code) => Ok(Agreed::No(code)),
            Outcome::Asked(_) => {
                let path = format!("/payment_intents/{id}/cancel");
                match self.post::<Intent>(&path, &Nothing {}, &format!("cancel-{id}")).await? {
                    Ok(_) => Ok(Agreed::No("authentication_required".to_owned())),
                    // It is on its way to the bank, and can't be taken back: what the bank says is asked later.
                    Err(No { code, .. }) => Err(Unavailable(format!("{id} waits for a bank ({code})"))),
                }
            }
        }
    }

    /// The payment that was begun for one of ours, the newest first; none when there is none. `ours` is ours by name,
    /// a UUID of version 7, which tells when it was begun here: what Stripe began long before can't be it.
    async fn find(&self, ours: Uuid, purpose: Purpose) -> Result<Option<Intent>, Unavailable> {
        let begun = ours.get_timestamp().map_or(0, |time| i64::try_from(time.to_unix().0).unwrap_or(i64::MAX));
        let mut starting_after = None;
        loop {
            let page: Page<Intent> = self.page("/payment_intents", starting_after, &[]).await?;
            let oldest = page.data.last().map(|last| (last.id.clone(), last.created));
            if let Some(found) = page.data.into_iter().find(|intent| intent.is_for(purpose)) {
                return Ok(Some(found));
            }
            match oldest {
                Some((id, created)) if page.has_more && created >= begun - CLOCKS => starting_after = Some(id),
                Some(_) | None => return Ok(None),
            }
        }
    }

    /// What Stripe lists there, after one of the list.
    pub(super) async fn page<T: miniserde::Deserialize>(
        &self,
        path: &str,
        starting_after: Option<String>,
        expand: &[&'static str],
    ) -> Result<Page<T>, Unavailable> {
        let query = ListAfter { limit: PAGE, starting_after, expand };
        self.get(path, &query).await?.map_err(|No { code, .. }| Unavailable(code))
    }

    pub(super) async fn delete<T: miniserde::Deserialize>(&self, path: &str) -> Result<Result<T, No>, Unavailable> {
        answered(RequestBuilder::new(StripeMethod::Delete, path).customize().send(&self.client).await)
    }

    async fn get<T: miniserde::Deserialize>(
        &self,
        path: &str,
        query: &impl Serialize,
    ) -> Result<Result<T, No>, Unavailable> {
        let request = RequestBuilder::new(StripeMethod::Get, path).query(query).customize();
        answered(request.send(&self.client).await)
    }

    async fn post<T: miniserde::Deserialize>(
        &self,
        path: &str,
        form: &impl Serialize,
        key: &str,
    ) -> Result<Result<T, No>, Unavailable> {
        let key = IdempotencyKey::new(key).map_err(|error| Unavailable(error.to_string()))?;
        let request = RequestBuilder::new(StripeMethod::Post, path).form(form).customize();
        answered(request.request_strategy(RequestStrategy::Idempotent(key)).send(&self.client).await)
    }
}

const fn purpose_of(month: &Month<'_>) -> Purpose {
    Purpose::Month { subscription_id: month.id, month: month.number }
}

fn new_intent(amount: Money, card: &str, purpose: Purpose) -> NewIntent<'_> {
    NewIntent {
        amount: amount.minor,
        currency: amount.currency.code().to_ascii_lowercase(),
        payment_method: card,
        payment_method_types: ["card"],
        confirm: true,
        metadata: purpose.metadata(),
        customer: None,
        off_session: None,
    }
}

/// An answer, or why Stripe would not (400, 402, 404: asked again, it would say the same), or no answer: it is away, or
/// busy (409, 429, 5xx), or does not let the academy in (401, 403), which is no matter of the buyer's.
fn answered<T>(answer: Result<T, StripeError>) -> Result<Result<T, No>, Unavailable> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        // What was asked for under this name before was another thing: nothing was done now.
        Err(StripeError::Stripe(errors, status)) if errors.type_ == ApiErrorsType::IdempotencyError => {
            Err(Unavailable(format!("{status} {}", errors.type_)))
        }
        Err(StripeError::Stripe(errors, status @ (400 | 402 | 404))) => Ok(Err(no(*errors, status))),
        // Its words in full would show the payment's secret.
        Err(StripeError::Stripe(errors, status)) => Err(Unavailable(format!("{status} {}", errors.type_))),
        Err(StripeError::Timeout) => Err(Unavailable(format!("nothing for {PATIENCE:?}"))),
        Err(
            StripeError::JSONDeserialize(error) | StripeError::ClientError(error) | StripeError::ConfigError(error),
        ) => Err(Unavailable(error)),
    }
}

fn no(errors: ApiErrors, status: u16) -> No {
    let code = errors.decline_code.or_else(|| errors.code.map(|code| code.to_string()));
    let code = code.unwrap_or_else(|| "payment_failed".to_owned());
    if status != 402 {
        // Not the bank: something about the request, or about the account.
        tracing::warn!(status, code, param = errors.param, "Stripe would not");
    }
    No { payment_intent_id: errors.payment_intent.map(|intent| intent.id.to_string()), code }
}

#[cfg(test)]
mod tests {
    use super::is_card;

    #[test]
    fn a_card_is_a_plain_word() {
        for (text, expected) in [
            ("pm_card_visa", true),
            ("pm_1QK3abcDEF", true),
            ("pm_", false),
            ("", false),
            ("card_1", false),
            ("pm_1/attach", false),
            ("pm_1?x=y", false),
            ("pm_é", false),
            (&format!("pm_{}", "a".repeat(252)), true),
            (&format!("pm_{}", "a".repeat(253)), false),
        ] {
            assert_eq!(is_card(text), expected, "{text}");
        }
    }
}
