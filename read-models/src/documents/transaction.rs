//! Collection `transactions`: payments for courses, with their invoices.

use bson::{Document, doc};
use events::{CourseId, Currency, Money, PaymentMethod, Position, Timestamp, TransactionId, TransactionStatus, UserId};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of payments. Written by projection `transactions`.
pub const TRANSACTIONS: Collection = Collection {
    name: "transactions",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(),
            "user_id": schema::id(),
            "course_id": schema::id(),
            "amount": money(),
            "status": schema::one_of(TransactionStatus::ALL.iter().map(|status| status.as_str())),
            "payment_method": schema::one_of(PaymentMethod::ALL.iter().map(|method| method.as_str())),
            "stripe_payment_intent_id": schema::nullable(schema::text()),
            "created_at": schema::time(),
            "completed_at": schema::nullable(schema::time()),
            "refunded_at": schema::nullable(schema::time()),
            "refund_requested": schema::boolean(),
            "partly_refunded_minor": schema::count(),
            "invoice": schema::nullable(schema::object(doc! {
                "number": schema::text(),
                "issued_at": schema::time(),
                "seller": schema::text(),
                "total": money(),
                "net": money(),
                "vat": money(),
                "vat_rate_basis_points": schema::count(),
                "position": schema::count(),
            })),
            "credit_note": schema::nullable(schema::object(doc! {
                "number": schema::text(), "issued_at": schema::time(),
            })),
        })
    },
    indexes: || {
        vec![
            ("user_newest", doc! { "user_id": 1, "created_at": -1, "_id": -1 }),
            ("newest", doc! { "created_at": -1, "_id": -1 }),
            ("status", doc! { "status": 1, "refund_requested": 1 }),
            ("intent", doc! { "stripe_payment_intent_id": 1 }),
        ]
    },
};

/// An amount as documents have it: minor units, never a float.
pub(super) fn money() -> Document {
    schema::object(doc! {
        "minor": { "bsonType": ["int", "long"] }, "currency": schema::one_of([Currency::EUR.code()]),
    })
}

/// A payment.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// The payment.
    #[serde(rename = "_id")]
    pub id: TransactionId,
    /// Who pays.
    pub user_id: UserId,
    /// For which course.
    pub course_id: CourseId,
    /// How much.
    pub amount: Money,
    /// How far it has come.
    pub status: TransactionStatus,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// The provider's name of it.
    pub stripe_payment_intent_id: Option<String>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When the money was there.
    pub completed_at: Option<Timestamp>,
    /// When it went back.
    pub refunded_at: Option<Timestamp>,
    /// Whether it is to go back, and has not yet.
    pub refund_requested: bool,
    /// What went back of it in part.
    pub partly_refunded_minor: i64,
    /// Its invoice.
    pub invoice: Option<Invoice>,
    /// Its credit note.
    pub credit_note: Option<CreditNote>,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Transaction in TRANSACTIONS, id);

/// An invoice, save the buyer's name, which stands in its event alone, sealed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Invoice {
    /// Its number.
    pub number: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Who sold.
    pub seller: String,
    /// What was paid, with VAT.
    pub total: Money,
    /// What is left of it without VAT.
    pub net: Money,
    /// The VAT in it.
    pub vat: Money,
    /// The VAT's rate, in hundredths of a percent.
    pub vat_rate_basis_points: u32,
    /// Where its event stands in the log.
    pub position: Position,
}

/// A credit note.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct CreditNote {
    /// Its number.
    pub number: String,
    /// When it was issued.
    pub issued_at: Timestamp,
}
