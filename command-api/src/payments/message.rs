//! The provider's messages, as far as they are used. Everything else in them is ignored.

use chrono::DateTime;
use domain::subscription::SubscriptionNews;
use domain::transaction::PaymentNews;
use events::{Currency, Money, ProviderEvent, RefundCause, SubscriptionStatus, Timestamp, TransactionId};
use serde_json::Value;

/// A message.
#[derive(Debug)]
pub(super) struct Message {
    /// Its own name and time.
    pub(super) event: ProviderEvent,
    /// Whether it is about real money, when it says so.
    pub(super) livemode: Option<bool>,
    /// What it says; none when that is no matter here.
    pub(super) news: Option<News>,
}

/// What a message says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Of a payment.
    Payment {
        /// Ours, when it names it.
        transaction_id: Option<TransactionId>,
        /// The provider's name of it.
        payment_intent_id: Option<String>,
        /// What.
        news: Told,
    },
    /// Of the subscription that the provider calls so.
    Subscription {
        /// The provider's name of it.
        id: String,
        /// What.
        news: SubscriptionNews,
    },
}

/// What a message says of a payment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// This.
    News(PaymentNews),
    /// That so much of it went back, in minor units; whether that is all, the payment knows.
    Returned(i64),
}

impl Message {
    /// The message of a body; none when it is no message.
    pub(super) fn of(body: &Value) -> Option<Self> {
        let id = body.get("id")?.as_str().filter(|id| is_name(id))?.to_owned();
        let kind = body.get("type")?.as_str()?;
        let created = body.get("created").and_then(Value::as_i64);
        let created_at = created.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).map(Timestamp::new);
        let object = body.pointer("/data/object").unwrap_or(&Value::Null);
        let livemode = body.get("livemode").and_then(Value::as_bool);
        Some(Self { event: ProviderEvent { id, created_at }, livemode, news: news(kind, object) })
    }
}

/// The longest name that is taken from a message.
const LONGEST_NAME: usize = 255;

/// Whether a text may be the provider's name of something.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_NAME && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn name(object: &Value, field: &str) -> Option<String> {
    // What a name stands for may stand in its place, expanded.
    let value = object.get(field)?;
    let text = value.as_str().or_else(|| value.get("id")?.as_str())?;
    is_name(text).then(|| text.to_owned())
}

fn news(kind: &str, object: &Value) -> Option<News> {
    match kind {
        "payment_intent.succeeded" => payment(object, "id", Told::News(PaymentNews::Succeeded)),
        "payment_intent.payment_failed" => {
            let reason = object.get("last_payment_error");
            let code = ["decline_code", "code"].iter().find_map(|field| name(reason?, field));
            let code = code.unwrap_or_else(|| "payment_failed".to_owned());
            payment(object, "id", Told::News(PaymentNews::Failed(code)))
        }
        "charge.refunded" => payment(object, "payment_intent", returned(object)),
        "charge.dispute.created" => payment(object, "payment_intent", Told::News(PaymentNews::Disputed)),
        "charge.dispute.closed" => {
            let is_lost = object.get("status").and_then(Value::as_str) == Some("lost");
            let lost = PaymentNews::Refunded(RefundCause::DisputeLost);
            let told = if is_lost { lost } else { PaymentNews::DisputeWon };
            payment(object, "payment_intent", Told::News(told))
        }
        "invoice.paid" => {
            // The first month is paid for by subscribing.
            let is_first = object.get("billing_reason").and_then(Value::as_str) == Some("subscription_create");
            let end = object.pointer("/lines/data/0/period/end").and_then(Value::as_i64);
            let paid_until = end.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).map(Timestamp::new);
            let news = SubscriptionNews::InvoicePaid { invoice_id: name(object, "id"), paid_until };
            invoice(object, news).filter(|_| !is_first)
        }
        "invoice.payment_failed" => invoice(object, SubscriptionNews::InvoiceFailed { invoice_id: name(object, "id") }),
        "customer.subscription.updated" => {
            Some(News::Subscription { id: name(object, "id")?, news: SubscriptionNews::Stands(standing(object)?) })
        }
        "customer.subscription.deleted" => {
            Some(News::Subscription { id: name(object, "id")?, news: SubscriptionNews::Deleted })
        }
        _ => None,
    }
}

fn payment(object: &Value, field: &str, news: Told) -> Option<News> {
    let ours = object.pointer("/metadata/transaction_id").and_then(Value::as_str);
    let transaction_id = ours.and_then(|text| text.parse().ok());
    let payment_intent_id = name(object, field);
    (transaction_id.is_some() || payment_intent_id.is_some()).then_some(News::Payment {
        transaction_id,
        payment_intent_id,
        news,
    })
}

fn returned(charge: &Value) -> Told {
    let minor = |field: &str| charge.get(field).and_then(Value::as_i64);
    let is_all = match (charge.get("refunded").and_then(Value::as_bool), minor("amount"), minor("amount_refunded")) {
        (Some(true), ..) => true,
        (_, Some(amount), Some(refunded)) => refunded >= amount,
        (None, None, None) => true,
        (Some(false) | None, _, Some(_)) | (Some(false), _, None) | (None, Some(_), None) => false,
    };
    match (is_all, minor("amount_refunded")) {
        (true, _) => Told::News(PaymentNews::Refunded(RefundCause::Provider)),
        (false, refunded) => Told::Returned(refunded.unwrap_or_default()),
    }
}

fn invoice(object: &Value, news: SubscriptionNews) -> Option<News> {
    // Since 2025 the name stands deeper.
    let deeper = object.pointer("/parent/subscription_details");
    let id = name(object, "subscription").or_else(|| name(deeper?, "subscription"))?;
    Some(News::Subscription { id, news })
}

/// Where a subscription stands for the provider, in our words.
fn standing(object: &Value) -> Option<SubscriptionStatus> {
    let is_ending = object.get("cancel_at_period_end").and_then(Value::as_bool) == Some(true);
    let is_resting = object.get("pause_collection").is_some_and(|pause| !pause.is_null());
    match object.get("status").and_then(Value::as_str) {
        Some("canceled" | "unpaid" | "incomplete_expired") => Some(SubscriptionStatus::Expired),
        Some("paused") => Some(SubscriptionStatus::Paused),
        Some("active" | "trialing") | None if is_ending => Some(SubscriptionStatus::Cancelled),
        Some("active" | "trialing") | None if is_resting => Some(SubscriptionStatus::Paused),
        Some("active" | "trialing") => Some(SubscriptionStatus::Active),
        // Of what is past due, the invoices tell.
        Some(_) | None => None,
    }
}

/// An amount that went back, of a payment in this currency.
pub(super) const fn money(minor: i64, currency: Currency) -> Money {
    Money { minor, currency }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(kind: &str, object: &Value) -> Option<News> {
        Message::of(&json!({ "id": "evt_1", "type": kind, "data": { "object": object } })).unwrap().news
    }

    fn told(kind: &str, object: &Value) -> Told {
        match of(kind, object) {
            Some(News::Payment { news, .. }) => news,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_went_back_is_all_or_a_part() {
        let all = || Told::News(PaymentNews::Refunded(RefundCause::Provider));
        for (object, expected) in [
            (json!({ "payment_intent": "pi_1" }), all()),
            (json!({ "payment_intent": "pi_1", "refunded": true }), all()),
            (json!({ "payment_intent": "pi_1", "amount": 100, "amount_refunded": 100 }), all()),
            (
                json!({ "payment_intent": { "id": "pi_1" }, "amount": 100, "amount_refunded": 40, "refunded": false }),
                Told::Returned(40),
            ),
            (json!({ "payment_intent": "pi_1", "amount_refunded": 40 }), Told::Returned(40)),
        ] {
            assert_eq!(told("charge.refunded", &object), expected, "{object}");
        }
    }

    #[test]
    fn where_a_subscription_stands_is_read() {
        let stands = |object: Value| match of("customer.subscription.updated", &object) {
            Some(News::Subscription { news: SubscriptionNews::Stands(status), .. }) => Some(status),
            _ => None,
        };
        use SubscriptionStatus::{Active, Cancelled, Expired, Paused};
        for (object, expected) in [
            (json!({ "id": "sub_1", "status": "active" }), Some(Active)),
            (json!({ "id": "sub_1", "status": "active", "cancel_at_period_end": true }), Some(Cancelled)),
            (json!({ "id": "sub_1", "cancel_at_period_end": true }), Some(Cancelled)),
            (json!({ "id": "sub_1", "status": "active", "pause_collection": { "behavior": "void" } }), Some(Paused)),
            (json!({ "id": "sub_1", "status": "canceled" }), Some(Expired)),
            (json!({ "id": "sub_1", "status": "past_due" }), None),
            (json!({ "status": "active" }), None),
        ] {
            assert_eq!(stands(object.clone()), expected, "{object}");
        }
    }

    #[test]
    fn what_is_no_message_is_none_and_what_is_no_matter_says_nothing() {
        for body in [
            json!({}),
            json!({ "id": 1, "type": "x" }),
            json!({ "id": "evt_1" }),
            json!([]),
            json!({ "id": "\u{0}", "type": "x" }),
        ] {
            assert!(Message::of(&body).is_none(), "{body}");
        }
        assert_eq!(of("charge.captured", &json!({ "payment_intent": "pi_1" })), None);
        assert_eq!(of("payment_intent.succeeded", &json!({})), None);
        assert_eq!(
            of("invoice.paid", &json!({ "subscription": "sub_1", "billing_reason": "subscription_create" })),
            None
        );
        let deep = json!({ "parent": { "subscription_details": { "subscription": "sub_1" } } });
        assert!(of("invoice.paid", &deep).is_some());
    }
}
