//! Invoices and credit notes: what stands on them. Their numbers are given by the log, in whose series they stand.

mod state;

use events::{CreditNoteIssued, InvoiceIssued, Money, Personal, StreamId, StreamType, TransactionId, UserId};

pub use state::InvoiceSeries;

/// A whole, in hundredths of a percent.
const WHOLE: i128 = 10_000;

/// What an invoice is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueInvoice {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who paid.
    pub user_id: UserId,
    /// Their name; none when it can't be read any more.
    pub buyer_name: Option<String>,
    /// Who sold.
    pub seller: String,
    /// What was paid, with VAT.
    pub total: Money,
    /// The VAT's rate, in hundredths of a percent.
    pub vat_rate_basis_points: u32,
}

/// The stream of the year's invoices: the version of an event is its number.
#[must_use]
pub fn invoice_series(year: i32) -> StreamId {
    StreamId::new(StreamType::InvoiceSeries, year)
}

/// The stream of the year's credit notes.
#[must_use]
pub fn credit_note_series(year: i32) -> StreamId {
    StreamId::new(StreamType::InvoiceSeries, format_args!("credit-{year}"))
}

/// The invoice of a payment. The price includes VAT: what is left without it is rounded to the minor unit, half up, and
/// the VAT is the rest, so that both together are the price.
#[must_use]
pub fn issue_invoice(command: IssueInvoice) -> InvoiceIssued {
    let IssueInvoice { transaction_id, user_id, buyer_name, seller, total, vat_rate_basis_points } = command;
    let net = without_vat(total.minor, vat_rate_basis_points);
    let of = |minor| Money { minor, currency: total.currency };
    let buyer_name = buyer_name.map_or_else(|| Personal::erased(user_id), |name| Personal::new(user_id, name));
    let (net, vat) = (of(net), of(total.minor - net));
    InvoiceIssued { transaction_id, user_id, buyer_name, seller, total, net, vat, vat_rate_basis_points }
}

/// The credit note of a payment that went back.
#[must_use]
pub const fn issue_credit_note(transaction_id: TransactionId, user_id: UserId, total: Money) -> CreditNoteIssued {
    CreditNoteIssued { transaction_id, user_id, total }
}

fn without_vat(gross: i64, rate: u32) -> i64 {
    let divisor = WHOLE + i128::from(rate);
    let net = (2 * i128::from(gross) * WHOLE + divisor).div_euclid(2 * divisor);
    // It is no more than the gross amount, which fits.
    i64::try_from(net).unwrap_or(gross)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::{euros, transaction_id, user_id};

    fn invoice(total: i64, rate: u32) -> InvoiceIssued {
        issue_invoice(IssueInvoice {
            transaction_id: transaction_id(1),
            user_id: user_id(5),
            buyer_name: Some("Ada Lovelace".to_owned()),
            seller: "Har Academy".to_owned(),
            total: euros(total),
            vat_rate_basis_points: rate,
        })
    }

    #[test]
    fn vat_is_in_the_price() {
        for (total, rate, net) in
            [(4_990, 2_000, 4_158), (12_000, 2_000, 10_000), (100, 0, 100), (1, 2_000, 1), (1_055, 550, 1_000)]
        {
            assert_eq!(invoice(total, rate).net, euros(net), "{total} at {rate}");
        }
    }

    proptest! {
        #[test]
        fn net_and_vat_are_the_price(total in 0..100_000_000_i64, rate in 0..10_000_u32) {
            let invoice = invoice(total, rate);
            prop_assert_eq!(invoice.net.plus(invoice.vat), Ok(invoice.total));
            prop_assert!(invoice.vat.minor >= 0);
            // Off by half a cent at the most.
            let exact = i128::from(total) * 10_000;
            let off = i128::from(invoice.net.minor) * i128::from(10_000 + rate) - exact;
            prop_assert!(2 * off.abs() <= i128::from(10_000 + rate));
        }
    }
}
