//! Projection `transactions`: payments with their invoices, and what courses have brought in.

use events::CourseId;
use events::{Event, InvoiceSeriesEvent, RecordedEvent, StoredEvent, StreamType, TransactionEvent, TransactionId};
use read_models::{COURSE_REVENUES, Collection, CourseRevenue, TRANSACTIONS, TRANSACTIONS_PROJECTION, Transaction};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collections `transactions` and `course_revenues`.
pub struct Transactions;

impl Projection for Transactions {
    fn name(&self) -> &'static str {
        TRANSACTIONS_PROJECTION
    }

    fn version(&self) -> u32 {
        1
    }

    fn collections(&self) -> &'static [Collection] {
        &[TRANSACTIONS, COURSE_REVENUES]
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        match of_payments(&event.event) {
            Some(OfPayments::Payment(event)) => {
                let (transaction_id, course_id) = names(event);
                vec![DocKey::of::<Transaction>(transaction_id), DocKey::of::<CourseRevenue>(course_id)]
            }
            Some(OfPayments::Series(InvoiceSeriesEvent::InvoiceIssued(event))) => {
                vec![DocKey::of::<Transaction>(event.transaction_id)]
            }
            Some(OfPayments::Series(InvoiceSeriesEvent::CreditNoteIssued(event))) => {
                vec![DocKey::of::<Transaction>(event.transaction_id)]
            }
            None => Vec::new(),
        }
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        // Whose invoice it is can't be told: the stream itself is parked.
        let is_payment = event.stream_type == StreamType::Transaction;
        if is_payment { vec![DocKey::of::<Transaction>(&event.stream_id)] } else { Vec::new() }
    }

    fn fold(&self, recorded: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        match of_payments(&recorded.event) {
            Some(OfPayments::Payment(event)) => payment(recorded, event, docs),
            Some(OfPayments::Series(InvoiceSeriesEvent::InvoiceIssued(event))) => {
                let mut transaction: Transaction = docs.require(event.transaction_id)?;
                transaction.invoice(recorded, event);
                docs.put(transaction)
            }
            Some(OfPayments::Series(InvoiceSeriesEvent::CreditNoteIssued(event))) => {
                let mut transaction: Transaction = docs.require(event.transaction_id)?;
                transaction.credit(recorded);
                docs.put(transaction)
            }
            None => Ok(()),
        }
    }
}

/// The events that concern payments.
enum OfPayments<'a> {
    Payment(&'a TransactionEvent),
    Series(&'a InvoiceSeriesEvent),
}

fn of_payments(event: &Event) -> Option<OfPayments<'_>> {
    match event {
        Event::Transaction(event) => Some(OfPayments::Payment(event)),
        Event::InvoiceSeries(event) => Some(OfPayments::Series(event)),
        Event::User(_)
        | Event::EmailClaim(_)
        | Event::Session(_)
        | Event::Course(_)
        | Event::AdminRoster(_)
        | Event::AuditAccess(_)
        | Event::ProjectionControl(_)
        | Event::Subscription(_)
        | Event::Quiz(_)
        | Event::QuizAttempt(_)
        | Event::Enrollment(_)
        | Event::Access(_)
        | Event::Review(_)
        | Event::Certificate(_)
        | Event::Media(_) => None,
    }
}

fn payment(recorded: &RecordedEvent, event: &TransactionEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let before: Option<Transaction> = match event {
        TransactionEvent::PaymentStarted(_) => None,
        TransactionEvent::PaymentAwaited(_)
        | TransactionEvent::PaymentCompleted(_)
        | TransactionEvent::PaymentFailed(_)
        | TransactionEvent::RefundRequested(_)
        | TransactionEvent::RefundFailed(_)
        | TransactionEvent::PaymentRefunded(_)
        | TransactionEvent::PaymentPartlyRefunded(_)
        | TransactionEvent::PaymentDisputed(_)
        | TransactionEvent::DisputeWon(_) => Some(docs.require(recorded.stream.id())?),
    };
    let revenue_before = before.as_ref().map_or(0, Transaction::revenue_minor);
    let transaction =
        Transaction::after(before, recorded, event).ok_or(FoldError::Contradiction("the event needs a payment"))?;
    if transaction.revenue_minor() != revenue_before {
        let revenue = docs.get(transaction.course_id)?;
        docs.put(CourseRevenue::moved(revenue, &transaction, revenue_before))?;
    }
    docs.put(transaction)
}

/// The payment and the course that an event names.
const fn names(event: &TransactionEvent) -> (TransactionId, CourseId) {
    match event {
        TransactionEvent::PaymentStarted(event) => (event.transaction_id, event.course_id),
        TransactionEvent::PaymentAwaited(event) => (event.transaction_id, event.course_id),
        TransactionEvent::PaymentCompleted(event) => (event.transaction_id, event.course_id),
        TransactionEvent::PaymentFailed(event) => (event.transaction_id, event.course_id),
        TransactionEvent::RefundRequested(event) => (event.transaction_id, event.course_id),
        TransactionEvent::RefundFailed(event) => (event.transaction_id, event.course_id),
        TransactionEvent::PaymentRefunded(event) => (event.transaction_id, event.course_id),
        TransactionEvent::PaymentPartlyRefunded(event) => (event.transaction_id, event.course_id),
        TransactionEvent::PaymentDisputed(event) => (event.transaction_id, event.course_id),
        TransactionEvent::DisputeWon(event) => (event.transaction_id, event.course_id),
    }
}
