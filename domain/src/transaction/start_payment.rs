//! Somebody wants to pay for a course.

use events::{CourseId, Money, PaymentCompleted, PaymentMethod, PaymentStarted, Timestamp, TransactionEvent};
use events::{TransactionId, UserId};

use super::Transaction;

/// Begins a payment. The price is the course's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartPayment {
    /// A new id.
    pub transaction_id: TransactionId,
    /// Who pays.
    pub user_id: UserId,
    /// For which course.
    pub course_id: CourseId,
    /// What the course costs now.
    pub price: Money,
    /// Whether the course is free.
    pub is_free: bool,
    /// How they want to pay.
    pub method: PaymentMethod,
    /// The provider's name of their card; only with a card.
    pub payment_method_id: Option<String>,
    /// When.
    pub now: Timestamp,
}

/// Why it does not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartPaymentError {
    /// A payment of that id was begun.
    #[error("a payment of that id was begun already")]
    AlreadyStarted,
    /// The course is not free, and they do not want to pay.
    #[error("the course is not free")]
    NotFree,
    /// It costs nothing and is not free either: only a subscription opens it.
    #[error("the course is not sold")]
    NotSold,
}

impl Transaction {
    /// Decides [`StartPayment`]. What is free is paid for at once, however they wanted to pay.
    ///
    /// # Errors
    /// [`StartPaymentError`] says which.
    pub fn start(&self, command: StartPayment) -> Result<Vec<TransactionEvent>, StartPaymentError> {
        let StartPayment { transaction_id, user_id, course_id, price, is_free, method, payment_method_id, now } =
            command;
        if self.payment.is_some() {
            return Err(StartPaymentError::AlreadyStarted);
        }
        if !is_free && method == PaymentMethod::Free {
            return Err(StartPaymentError::NotFree);
        }
        if !is_free && price.minor <= 0 {
            return Err(StartPaymentError::NotSold);
        }
        let method = if is_free { PaymentMethod::Free } else { method };
        let payment_method_id = payment_method_id.filter(|_| method == PaymentMethod::Card);
        let started = PaymentStarted { transaction_id, user_id, course_id, amount: price, method, payment_method_id };
        if !is_free {
            return Ok(vec![started.into()]);
        }
        let (payment_intent_id, provider_event_id) = (None, None);
        let completed = PaymentCompleted {
            transaction_id,
            user_id,
            course_id,
            amount: price,
            payment_intent_id,
            completed_at: now,
            provider_event_id,
        };
        Ok(vec![started.into(), completed.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{at, course_id, euros, free_payment, payment_started, transaction_id, user_id};

    fn start(price: i64, is_free: bool, method: PaymentMethod) -> StartPayment {
        StartPayment {
            transaction_id: transaction_id(1),
            user_id: user_id(5),
            course_id: course_id(),
            price: euros(price),
            is_free,
            method,
            payment_method_id: Some("pm_card_visa".to_owned()),
            now: at(50),
        }
    }

    #[test]
    fn what_costs_is_awaited_and_what_is_free_is_done() {
        for method in PaymentMethod::ALL {
            TestFramework::<Transaction>::with(())
                .given_no_previous_events()
                .when(start(0, true, *method).into())
                .then_expect_events(free_payment(50));
        }
        for method in [PaymentMethod::Card, PaymentMethod::BankTransfer] {
            TestFramework::<Transaction>::with(())
                .given_no_previous_events()
                .when(start(4_990, false, method).into())
                .then_expect_events(vec![payment_started(method)]);
        }
    }

    #[test]
    fn nothing_is_given_away() {
        for (given, command, error) in [
            (Vec::new(), start(4_990, false, PaymentMethod::Free), StartPaymentError::NotFree),
            (Vec::new(), start(0, false, PaymentMethod::Free), StartPaymentError::NotFree),
            (Vec::new(), start(0, false, PaymentMethod::Card), StartPaymentError::NotSold),
            (
                vec![payment_started(PaymentMethod::Card)],
                start(4_990, false, PaymentMethod::Card),
                StartPaymentError::AlreadyStarted,
            ),
        ] {
            TestFramework::<Transaction>::with(()).given(given).when(command.into()).then_expect_error(error.into());
        }
    }
}
