//! Payments, their invoices, and what they bring in.

use events::{
    InvoiceIssued, Money, PaymentStarted, RecordedEvent, StreamEvent as _, TransactionEvent, TransactionStatus, Version,
};

use crate::{CourseRevenue, CreditNote, Invoice, Transaction};

impl Transaction {
    fn started(recorded: &RecordedEvent, event: &PaymentStarted) -> Self {
        Self {
            id: event.transaction_id,
            user_id: event.user_id,
            course_id: event.course_id,
            amount: event.amount,
            status: TransactionStatus::Pending,
            payment_method: event.method,
            stripe_payment_intent_id: None,
            created_at: recorded.time,
            completed_at: None,
            refunded_at: None,
            refund_requested: false,
            partly_refunded_minor: 0,
            invoice: None,
            credit_note: None,
            stale: false,
        }
    }

    /// The payment after an event of its own stream; none when there is no payment yet to take it in.
    #[must_use]
    pub fn after(before: Option<Self>, recorded: &RecordedEvent, event: &TransactionEvent) -> Option<Self> {
        if let TransactionEvent::PaymentStarted(started) = event {
            return Some(Self::started(recorded, started));
        }
        let mut transaction = before?;
        transaction.take_in(event);
        Some(transaction)
    }

    fn take_in(&mut self, event: &TransactionEvent) {
        match event {
            TransactionEvent::PaymentAwaited(event) => {
                self.stripe_payment_intent_id = Some(event.payment_intent_id.clone());
            }
            TransactionEvent::PaymentCompleted(event) => {
                self.status = TransactionStatus::Completed;
                self.completed_at = Some(event.completed_at);
                self.stripe_payment_intent_id.clone_from(&event.payment_intent_id);
            }
            TransactionEvent::PaymentFailed(event) => {
                self.status = TransactionStatus::Failed;
                self.stripe_payment_intent_id.clone_from(&event.payment_intent_id);
            }
            TransactionEvent::RefundRequested(_) => self.refund_requested = true,
            TransactionEvent::RefundFailed(_) => self.refund_requested = false,
            TransactionEvent::PaymentRefunded(event) => {
                self.status = TransactionStatus::Refunded;
                self.refunded_at = Some(event.refunded_at);
                self.refund_requested = false;
            }
            TransactionEvent::PaymentPartlyRefunded(event) => self.partly_refunded_minor = event.refunded.minor,
            TransactionEvent::PaymentStarted(_)
            | TransactionEvent::PaymentDisputed(_)
            | TransactionEvent::DisputeWon(_) => {}
        }
    }

    /// The payment of a whole stream; its invoice stands in another.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent]) -> Option<Self> {
        stream.iter().fold(None, |transaction, recorded| match TransactionEvent::of(&recorded.event) {
            Some(event) => Self::after(transaction, recorded, event),
            None => transaction,
        })
    }

    /// What it brings in, in minor units: what was paid, less what went back.
    #[must_use]
    pub const fn revenue_minor(&self) -> i64 {
        match self.status {
            TransactionStatus::Completed => self.amount.minor - self.partly_refunded_minor,
            TransactionStatus::Pending | TransactionStatus::Failed | TransactionStatus::Refunded => 0,
        }
    }

    /// Takes in its invoice.
    pub fn invoice(&mut self, recorded: &RecordedEvent, event: &InvoiceIssued) {
        self.invoice = Some(Invoice {
            number: number("HAR", recorded.stream.id(), recorded.version),
            issued_at: recorded.time,
            seller: event.seller.clone(),
            total: event.total,
            net: event.net,
            vat: event.vat,
            vat_rate_basis_points: event.vat_rate_basis_points,
            position: recorded.position,
        });
    }

    /// Takes in its credit note.
    pub fn credit(&mut self, recorded: &RecordedEvent) {
        let number = number("HAR-CN", recorded.stream.id(), recorded.version);
        self.credit_note = Some(CreditNote { number, issued_at: recorded.time });
    }
}

/// The number of what stands at that version in the series of a year, or of a year's credit notes.
fn number(series: &str, stream: &str, version: Version) -> String {
    let year = stream.rsplit('-').next().unwrap_or(stream);
    format!("{series}-{year}-{version:06}")
}

impl CourseRevenue {
    /// The revenue when what a payment brings in has become another amount.
    #[must_use]
    pub fn moved(before: Option<Self>, payment: &Transaction, from_minor: i64) -> Self {
        let change = payment.revenue_minor() - from_minor;
        let currency = payment.amount.currency;
        let mut revenue =
            before.unwrap_or(Self { id: payment.course_id, revenue: Money { minor: 0, currency }, stale: false });
        revenue.revenue.minor += change;
        revenue
    }
}
