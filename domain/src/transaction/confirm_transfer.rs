//! An admin has seen a transfer on the academy's account.

use events::{PaymentCompleted, PaymentMethod, Timestamp, TransactionEvent, TransactionStatus};

use super::Transaction;

/// Confirms a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfirmTransfer {
    /// When.
    pub now: Timestamp,
}

/// Why there is nothing to confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfirmTransferError {
    /// There is no such payment.
    #[error("there is no such payment")]
    NotFound,
    /// It is no transfer, or is not awaited.
    #[error("no transfer is awaited")]
    NotAwaited,
}

impl Transaction {
    /// Decides [`ConfirmTransfer`].
    ///
    /// # Errors
    /// [`ConfirmTransferError`] says which.
    pub fn confirm_transfer(&self, command: ConfirmTransfer) -> Result<Vec<TransactionEvent>, ConfirmTransferError> {
        let payment = self.payment.as_ref().ok_or(ConfirmTransferError::NotFound)?;
        if payment.method != PaymentMethod::BankTransfer || payment.status != TransactionStatus::Pending {
            return Err(ConfirmTransferError::NotAwaited);
        }
        let completed = PaymentCompleted {
            transaction_id: payment.transaction_id,
            user_id: payment.user_id,
            course_id: payment.course_id,
            amount: payment.amount,
            payment_intent_id: None,
            completed_at: command.now,
            provider_event_id: None,
        };
        Ok(vec![completed.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{at, payment_completed, payment_started};

    #[test]
    fn an_awaited_transfer_is_confirmed_once() {
        let transfer = || payment_started(PaymentMethod::BankTransfer);
        let confirmed = || payment_completed(50, None, None);
        for (given, expected) in [
            (Vec::new(), Err(ConfirmTransferError::NotFound)),
            (vec![transfer()], Ok(vec![confirmed()])),
            (vec![transfer(), confirmed()], Err(ConfirmTransferError::NotAwaited)),
            (vec![payment_started(PaymentMethod::Card)], Err(ConfirmTransferError::NotAwaited)),
        ] {
            let test = TestFramework::<Transaction>::with(()).given(given).when(ConfirmTransfer { now: at(50) }.into());
            match expected {
                Ok(events) => test.then_expect_events(events),
                Err(error) => test.then_expect_error(error.into()),
            }
        }
    }
}
