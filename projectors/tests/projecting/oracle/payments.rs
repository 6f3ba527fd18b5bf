//! The documents of projections `transactions` and `subscriptions`.
#![allow(clippy::unwrap_used)]

use events::RecordedEvent;
use serde_json::{Value, json};

use super::at;
use crate::support::Documents;

pub(super) fn fold_payments(payments: &mut Documents, event: &RecordedEvent, data: &Value) {
    let id = &data["transaction_id"];
    match event.event.type_name() {
        "PaymentStarted" => {
            *at(payments, "transactions", id) = json!({
                "_id": id, "user_id": data["user_id"], "course_id": data["course_id"], "amount": data["amount"],
                "status": "pending", "payment_method": data["method"], "stripe_payment_intent_id": null,
                "created_at": event.time, "completed_at": null, "refunded_at": null, "refund_requested": false,
                "partly_refunded_minor": 0, "invoice": null, "credit_note": null,
            });
        }
        "PaymentAwaited" => set(payments, id, &[("stripe_payment_intent_id", &data["payment_intent_id"])]),
        "PaymentCompleted" => {
            let status = json!("completed");
            let intent = ("stripe_payment_intent_id", &data["payment_intent_id"]);
            set(payments, id, &[("status", &status), ("completed_at", &data["completed_at"]), intent]);
            let nothing = json!({ "minor": 0, "currency": data["amount"]["currency"] });
            let revenue = at(payments, "course_revenues", &data["course_id"]);
            if revenue.is_null() {
                *revenue = json!({ "_id": data["course_id"], "revenue": nothing });
            }
        }
        "PaymentFailed" => {
            let intent = ("stripe_payment_intent_id", &data["payment_intent_id"]);
            set(payments, id, &[("status", &json!("failed")), intent]);
        }
        "RefundRequested" => set(payments, id, &[("refund_requested", &json!(true))]),
        "RefundFailed" => set(payments, id, &[("refund_requested", &json!(false))]),
        "PaymentRefunded" => {
            let (status, no) = (json!("refunded"), json!(false));
            let fields = [("status", &status), ("refunded_at", &data["refunded_at"]), ("refund_requested", &no)];
            set(payments, id, &fields);
        }
        "PaymentPartlyRefunded" => set(payments, id, &[("partly_refunded_minor", &data["refunded"]["minor"])]),
        "InvoiceIssued" => {
            let mut invoice = json!({
                "number": format!("HAR-{}-{:06}", &json!(event.time).as_str().unwrap()[..4], event.version),
                "issued_at": event.time, "position": event.position,
            });
            for name in ["seller", "total", "net", "vat", "vat_rate_basis_points"] {
                invoice[name] = data[name].clone();
            }
            set(payments, id, &[("invoice", &invoice)]);
        }
        "CreditNoteIssued" => {
            let number = format!("HAR-CN-{}-{:06}", &json!(event.time).as_str().unwrap()[..4], event.version);
            set(payments, id, &[("credit_note", &json!({ "number": number, "issued_at": event.time }))]);
        }
        _ => {}
    }
}

fn set(payments: &mut Documents, id: &Value, fields: &[(&str, &Value)]) {
    let payment = at(payments, "transactions", id);
    for (name, value) in fields {
        payment[*name] = (*value).clone();
    }
}

/// What courses have brought in: not followed, but counted again from the payments as they stand at the end.
pub(super) fn count_revenues(payments: &mut Documents) {
    let of = |name: &'static str| payments.iter().filter(move |((collection, _), _)| collection == name);
    let revenue = |course: &Value| -> i64 {
        let paid = of("transactions").filter(|(_, one)| one["course_id"] == *course && one["status"] == "completed");
        paid.map(|(_, one)| one["amount"]["minor"].as_i64().unwrap() - one["partly_refunded_minor"].as_i64().unwrap())
            .sum()
    };
    let revenues: Vec<_> =
        of("course_revenues").map(|(key, document)| (key.clone(), revenue(&document["_id"]))).collect();
    for (key, minor) in revenues {
        payments.get_mut(&key).unwrap()["revenue"]["minor"] = json!(minor);
    }
}

pub(super) fn fold_subscriptions(subscriptions: &mut Documents, event: &RecordedEvent, data: &Value) {
    let id = &data["subscription_id"];
    let name = event.event.type_name();
    if name == "SubscriptionDeclined" {
        subscriptions.remove(&("subscriptions".to_owned(), id.as_str().unwrap().to_owned()));
        return;
    }
    let subscription = at(subscriptions, "subscriptions", id);
    match name {
        "SubscriptionRequested" => {
            *subscription = json!({
                "_id": id, "user_id": data["user_id"], "plan": data["plan"], "status": null,
                "amount_per_month": data["amount_per_month"], "renewal_date": null, "cancelled_date": null,
                "created_at": event.time, "stripe_subscription_id": null,
            });
        }
        "SubscriptionStarted" => {
            subscription["status"] = json!("active");
            subscription["created_at"] = data["started_at"].clone();
            subscription["renewal_date"] = data["renewal_date"].clone();
            subscription["stripe_subscription_id"] = data["provider_subscription_id"].clone();
        }
        "SubscriptionCancelled" => {
            subscription["status"] = json!("cancelled");
            subscription["cancelled_date"] = data["cancelled_at"].clone();
        }
        "SubscriptionPaused" => subscription["status"] = json!("paused"),
        "SubscriptionResumed" => {
            subscription["status"] = json!("active");
            subscription["cancelled_date"] = json!(null);
            if !data["counted_from"].is_null() {
                subscription["renewal_date"] = data["counted_from"].clone();
            }
        }
        "SubscriptionPlanChanged" => {
            subscription["plan"] = data["plan"].clone();
            subscription["amount_per_month"] = data["amount_per_month"].clone();
        }
        "SubscriptionRenewed" => {
            subscription["renewal_date"] = data["renewal_date"].clone();
            if subscription["status"] == "expired" {
                subscription["status"] = json!("active");
            }
        }
        "SubscriptionExpired" => subscription["status"] = json!("expired"),
        unknown => unreachable!("{unknown}: the oracle does not know it"),
    }
}
