//! What is known of a series of invoices or credit notes.

use events::{Fold, InvoiceSeriesEvent, TransactionId};
use serde::{Deserialize, Serialize};

/// Fold of the streams `invoice-series/<year>` and `invoice-series/credit-<year>`. Nothing is decided on it: what is
/// added is numbered by its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceSeries {
    /// How many there are; the number of the last.
    pub issued: u64,
    /// The payment that the last is of.
    pub last: Option<TransactionId>,
}

impl Fold for InvoiceSeries {
    type Event = InvoiceSeriesEvent;

    fn apply(&mut self, event: &InvoiceSeriesEvent) {
        self.issued += 1;
        self.last = Some(match event {
            InvoiceSeriesEvent::InvoiceIssued(event) => event.transaction_id,
            InvoiceSeriesEvent::CreditNoteIssued(event) => event.transaction_id,
        });
    }
}
