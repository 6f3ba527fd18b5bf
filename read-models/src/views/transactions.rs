//! Payments and invoices: finding them, and what answers show of them.

use bson::{Document, doc};
use event_log::LogError;
use events::{CourseId, Position, Timestamp, TransactionId, TransactionStatus, UserId};
use mongodb::Database;
use mongodb::error::Error;
use serde::Serialize;
use utoipa::ToSchema;

use super::snapshot::{Reading, Snapshot, read_at_once};
use super::{is_false, openapi};
use crate::{MoneyView, Transaction};

/// A payment.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Transaction)]
pub struct TransactionView {
    /// The payment.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: TransactionId,
    /// Who pays.
    #[schema(schema_with = openapi::id)]
    pub user_id: UserId,
    /// For which course.
    #[schema(schema_with = openapi::id)]
    pub course_id: CourseId,
    /// How much, at most two decimals.
    pub amount: f64,
    /// ISO 4217.
    #[schema(schema_with = openapi::currency)]
    pub currency: String,
    /// How far it has come.
    #[schema(schema_with = openapi::transaction_status)]
    pub status: &'static str,
    /// How it is paid.
    #[schema(schema_with = openapi::payment_method)]
    pub payment_method: &'static str,
    /// The provider's name of it.
    pub stripe_payment_intent_id: Option<String>,
    /// When it was begun.
    #[schema(schema_with = openapi::time)]
    pub created_at: Timestamp,
    /// When the money was there.
    #[schema(schema_with = openapi::nullable_time)]
    pub completed_at: Option<Timestamp>,
    /// When it went back.
    #[schema(schema_with = openapi::nullable_time)]
    pub refunded_at: Option<Timestamp>,
    /// `true` when the read side could not follow the log for it; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl From<Transaction> for TransactionView {
    fn from(transaction: Transaction) -> Self {
        let MoneyView { amount, currency } = transaction.amount.into();
        Self {
            id: transaction.id,
            user_id: transaction.user_id,
            course_id: transaction.course_id,
            amount,
            currency,
            status: transaction.status.as_str(),
            payment_method: transaction.payment_method.as_str(),
            stripe_payment_intent_id: transaction.stripe_payment_intent_id,
            created_at: transaction.created_at,
            completed_at: transaction.completed_at,
            refunded_at: transaction.refunded_at,
            stale: transaction.stale,
        }
    }
}

/// An invoice.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Invoice)]
pub struct InvoiceView {
    /// Its number; the numbers of a year have no gaps.
    pub number: String,
    /// When it was issued.
    #[schema(schema_with = openapi::time)]
    pub issued_at: Timestamp,
    /// Who sold.
    pub seller: String,
    /// Who bought; null when they were erased.
    pub buyer_name: Option<String>,
    /// What is left without VAT.
    pub net: f64,
    /// The VAT.
    pub vat: VatView,
    /// What was paid.
    pub total: f64,
    /// ISO 4217.
    #[schema(schema_with = openapi::currency)]
    pub currency: String,
    /// The credit note, when the money went back.
    pub credit_note: Option<CreditNoteView>,
}

/// The VAT line of an invoice.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Vat)]
pub struct VatView {
    /// In percent.
    pub rate: f64,
    /// How much.
    pub amount: f64,
}

/// A credit note.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CreditNote)]
pub struct CreditNoteView {
    /// Its number; those of a year have no gaps.
    pub number: String,
    /// When it was issued.
    #[schema(schema_with = openapi::time)]
    pub issued_at: Timestamp,
}

impl Transaction {
    /// Its invoice for who bought, by the name that its event holds, at the position that goes with it; none when it has
    /// none.
    #[must_use]
    pub fn invoice_view(self, buyer_name: Option<String>) -> Option<InvoiceView> {
        let invoice = self.invoice?;
        let amount = |money| MoneyView::from(money).amount;
        let credit_note =
            self.credit_note.map(|note| CreditNoteView { number: note.number, issued_at: note.issued_at });
        Some(InvoiceView {
            number: invoice.number,
            issued_at: invoice.issued_at,
            seller: invoice.seller,
            buyer_name,
            net: amount(invoice.net),
            vat: VatView { rate: f64::from(invoice.vat_rate_basis_points) / 100.0, amount: amount(invoice.vat) },
            total: amount(invoice.total),
            currency: invoice.total.currency.code().to_owned(),
            credit_note,
        })
    }

    /// Where the event of its invoice stands.
    #[must_use]
    pub fn invoice_position(&self) -> Option<Position> {
        self.invoice.as_ref().map(|invoice| invoice.position)
    }
}

/// Which payments are asked for. What is none does not matter.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct TransactionFilter {
    /// Whose.
    pub user_id: Option<UserId>,
    /// How far they have come.
    pub status: Option<TransactionStatus>,
}

impl TransactionFilter {
    fn document(self) -> Document {
        let mut filter = Document::new();
        if let Some(user_id) = self.user_id {
            filter.insert("user_id", user_id.to_string());
        }
        if let Some(status) = self.status {
            filter.insert("status", status.as_str());
        }
        filter
    }
}

/// The payments that match, newest first, without the first `skip` and at most `limit` of them; and how many match in
/// all. Both are of the same instant.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn list_transactions(
    database: &Database,
    filter: TransactionFilter,
    skip: u64,
    limit: u32,
) -> Result<(Vec<Transaction>, u64), LogError> {
    read_at_once(database, &Page { filter: filter.document(), skip, limit }).await
}

struct Page {
    filter: Document,
    skip: u64,
    limit: u32,
}

impl Reading for Page {
    type Output = (Vec<Transaction>, u64);

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let newest = doc! { "created_at": -1, "_id": -1 };
        snapshot.page(self.filter.clone(), newest, (self.skip, self.limit)).await
    }
}

/// A payment; none when it is not there (yet).
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_transaction(database: &Database, id: TransactionId) -> Result<Option<Transaction>, LogError> {
    read_at_once(database, &One(doc! { "_id": id.to_string() })).await
}

/// The payment that the provider calls so; none when it is not there (yet).
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn transaction_of_intent(database: &Database, intent: &str) -> Result<Option<Transaction>, LogError> {
    read_at_once(database, &One(doc! { "stripe_payment_intent_id": intent })).await
}

struct One(Document);

impl Reading for One {
    type Output = Option<Transaction>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let one = vec![doc! { "$match": self.0.clone() }, doc! { "$limit": 1 }];
        Ok(snapshot.aggregate(one).await?.into_iter().next())
    }
}

/// Payments of which nobody knows what the provider said: payments by card without an answer, begun before `before`, and
/// refunds on their way, whenever they were asked for. At most `most` of them, the oldest first.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn unanswered_transactions(
    database: &Database,
    before: Timestamp,
    most: i64,
) -> Result<Vec<Transaction>, LogError> {
    read_at_once(database, &Unanswered { before, most }).await
}

struct Unanswered {
    before: Timestamp,
    most: i64,
}

impl Reading for Unanswered {
    type Output = Vec<Transaction>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let payment = doc! {
            "status": "pending", "payment_method": "card", "stripe_payment_intent_id": null,
            "created_at": { "$lt": self.before.to_string() },
        };
        let refund = doc! { "status": "completed", "refund_requested": true };
        let found = vec![
            doc! { "$match": { "$or": [payment, refund] } },
            doc! { "$sort": { "created_at": 1 } },
            doc! { "$limit": self.most },
        ];
        snapshot.aggregate(found).await
    }
}
