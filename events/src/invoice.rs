//! Invoices and credit notes. Their numbers are the versions that their events have in the series' streams, so that
//! there are no gaps.

use serde::{Deserialize, Serialize};

use crate::{Money, Personal, TransactionId, UserId, event::stream_events};

stream_events! {
    /// An event of the streams `invoice-series/<year>` and `invoice-series/credit-<year>`.
    InvoiceSeriesEvent on InvoiceSeries {
        /// A payment has its invoice.
        InvoiceIssued: 1 about [user_id],
        /// A payment that went back has its credit note.
        CreditNoteIssued: 1 about [user_id],
    }
}

/// A payment has its invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceIssued {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who paid.
    pub user_id: UserId,
    /// Their name on the invoice.
    pub buyer_name: Personal<String>,
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
}

/// A payment that went back has its credit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditNoteIssued {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who is paid back.
    pub user_id: UserId,
    /// How much.
    pub total: Money,
}
