//! Payments for courses. A payment's status only ever goes on: pending, failed, completed, refunded; a message of the
//! provider moves it forward or not at all, so that the messages' order and number do not matter.

mod state;

#[cfg(feature = "decide")]
mod confirm_transfer;
#[cfg(feature = "decide")]
mod hear_provider;
#[cfg(feature = "decide")]
mod request_refund;
#[cfg(feature = "decide")]
mod start_payment;

pub use state::{Dispute, Payment, Transaction};

#[cfg(feature = "decide")]
pub use {
    confirm_transfer::{ConfirmTransfer, ConfirmTransferError},
    hear_provider::{HearProvider, HearProviderError, PaymentNews},
    request_refund::{REFUND_DAYS, RefundBy, RequestRefund, RequestRefundError},
    start_payment::{StartPayment, StartPaymentError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Transaction, TransactionCommand, TransactionError {
        StartPayment(StartPaymentError) by start,
        HearProvider(HearProviderError) by hear_provider,
        ConfirmTransfer(ConfirmTransferError) by confirm_transfer,
        RequestRefund(RequestRefundError) by request_refund,
    }
}

#[cfg(test)]
mod order_properties;
