//! The buyer, or an admin, wants the money to go back.

use events::{Money, PaymentMethod, Personal, RefundRequested, Timestamp, TransactionEvent, TransactionStatus};

use super::{Dispute, Payment, Transaction};
use crate::values::Reason;

/// How many days after a payment was completed its buyer may have the money back: 14 times 24 hours, to the second.
pub const REFUND_DAYS: i64 = 14;

/// Asks for a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRefund {
    /// Who asks.
    pub by: RefundBy,
    /// Why, when they say so.
    pub reason: Option<Reason>,
    /// When.
    pub now: Timestamp,
}

/// Who asks for a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundBy {
    /// The buyer.
    Buyer,
    /// An admin, who may pass the age of the payment by saying why.
    Admin,
}

/// Why the money stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefundError {
    /// There is no such payment.
    #[error("there is no such payment")]
    NotFound,
    /// It was not completed, was nothing, went back, is on its way back, or is with the buyer's bank.
    #[error("there is nothing to pay back")]
    NothingToRefund,
    /// It is too old.
    #[error("the payment is too old")]
    TooOld,
}

impl Transaction {
    /// Decides [`RequestRefund`].
    ///
    /// # Errors
    /// [`RequestRefundError`] says which.
    pub fn request_refund(&self, command: RequestRefund) -> Result<Vec<TransactionEvent>, RequestRefundError> {
        let payment = self.payment.as_ref().ok_or(RequestRefundError::NotFound)?;
        let Payment { transaction_id, user_id, course_id, .. } = *payment;
        let completed_at = payment.refundable_since().ok_or(RequestRefundError::NothingToRefund)?;
        let passes_age = command.by == RefundBy::Admin && command.reason.is_some();
        // Whole seconds: the fourteenth day ends with its last second.
        let age = command.now.utc().timestamp() - completed_at.utc().timestamp();
        if age >= REFUND_DAYS * 24 * 60 * 60 && !passes_age {
            return Err(RequestRefundError::TooOld);
        }
        let reason = command.reason.map(|reason| Personal::new(user_id, reason.into_string()));
        Ok(vec![RefundRequested { transaction_id, user_id, course_id, reason }.into()])
    }
}

impl Payment {
    /// Since when the money could go back; none when it can't.
    fn refundable_since(&self) -> Option<Timestamp> {
        let Money { minor, .. } = self.amount;
        let is_there = self.status == TransactionStatus::Completed && self.method != PaymentMethod::Free && minor > 0;
        let is_free_to_go = !self.refund_requested && self.dispute != Dispute::Open;
        self.completed_at.filter(|_| is_there && is_free_to_go)
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{
        at, dispute_won, free_payment, payment_completed, payment_disputed, payment_refunded, payment_started,
        personal, refund_requested,
    };

    const DAY: i64 = 24 * 60 * 60;

    fn paid() -> Vec<TransactionEvent> {
        vec![payment_started(PaymentMethod::Card), payment_completed(100, Some("pi_1"), None)]
    }

    fn ask(by: RefundBy, reason: Option<&str>, seconds: i64) -> RequestRefund {
        RequestRefund { by, reason: reason.map(|text| Reason::parse(text).unwrap()), now: at(seconds) }
    }

    fn check(given: Vec<TransactionEvent>, command: RequestRefund, expected: Result<(), RequestRefundError>) {
        let reason = command.reason.as_ref().map(|reason| personal(5, reason.as_str()));
        let test = TestFramework::<Transaction>::with(()).given(given).when(command.into());
        match expected {
            Ok(()) => test.then_expect_events(vec![refund_requested(reason)]),
            Err(error) => test.then_expect_error(error.into()),
        }
    }

    #[test]
    fn fourteen_days_are_fourteen_times_twenty_four_hours_to_the_second() {
        let end = 100 + 14 * DAY;
        check(paid(), ask(RefundBy::Buyer, None, 100), Ok(()));
        check(paid(), ask(RefundBy::Buyer, Some("Par erreur"), end - 1), Ok(()));
        for (by, reason) in [(RefundBy::Buyer, None), (RefundBy::Buyer, Some("Par erreur")), (RefundBy::Admin, None)] {
            check(paid(), ask(by, reason, end), Err(RequestRefundError::TooOld));
        }
        check(paid(), ask(RefundBy::Admin, Some("Geste commercial"), end), Ok(()));
    }

    #[test]
    fn there_must_be_money_that_can_go_back() {
        let with = |more: Vec<TransactionEvent>| [paid(), more].concat();
        for given in [
            vec![payment_started(PaymentMethod::Card)],
            free_payment(100),
            with(vec![refund_requested(None)]),
            with(vec![payment_refunded(120, None)]),
            with(vec![payment_disputed("evt_1")]),
        ] {
            check(given, ask(RefundBy::Admin, Some("Oui"), 150), Err(RequestRefundError::NothingToRefund));
        }
        check(Vec::new(), ask(RefundBy::Buyer, None, 150), Err(RequestRefundError::NotFound));
        check(with(vec![payment_disputed("evt_1"), dispute_won("evt_2")]), ask(RefundBy::Buyer, None, 150), Ok(()));
    }
}
