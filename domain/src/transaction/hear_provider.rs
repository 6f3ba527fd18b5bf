//! The provider says how a payment is going: in its answer, or in a message, which may come late, twice, or before an
//! earlier one.

use events::{
    DisputeWon, Money, PaymentAwaited, PaymentCompleted, PaymentDisputed, PaymentFailed, PaymentPartlyRefunded,
    PaymentRefunded, RefundCause, RefundFailed, Timestamp, TransactionEvent, TransactionStatus,
};

use super::{Dispute, Payment, Transaction};

/// Takes in what the provider says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HearProvider {
    /// What it says.
    pub news: PaymentNews,
    /// The provider's name of the payment, when it says it.
    pub payment_intent_id: Option<String>,
    /// The message; none for an answer.
    pub provider_event_id: Option<String>,
    /// When it was heard.
    pub now: Timestamp,
}

/// What a provider may say of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentNews {
    /// It waits for the buyer, or for their bank.
    Awaited,
    /// The money is there.
    Succeeded,
    /// It will not come, for this reason.
    Failed(String),
    /// All of it went back.
    Refunded(RefundCause),
    /// So much of it went back in all.
    PartlyRefunded(Money),
    /// It will not be sent back, for this reason.
    RefundFailed(String),
    /// The buyer's bank wants it back.
    Disputed,
    /// The academy keeps it.
    DisputeWon,
}

/// Why it means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HearProviderError {
    /// There is no such payment.
    #[error("there is no such payment")]
    NotFound,
}

impl Transaction {
    /// Decides [`HearProvider`]. What was heard before, or comes too late to matter, makes no event.
    ///
    /// # Errors
    /// [`HearProviderError`] says which.
    pub fn hear_provider(&self, command: HearProvider) -> Result<Vec<TransactionEvent>, HearProviderError> {
        let payment = self.payment.as_ref().ok_or(HearProviderError::NotFound)?;
        let is_known = command.provider_event_id.as_deref().is_some_and(|id| payment.has_seen(id));
        Ok(if is_known { Vec::new() } else { payment.moved_by(command).into_iter().collect() })
    }
}

impl Payment {
    fn moved_by(&self, heard: HearProvider) -> Option<TransactionEvent> {
        let HearProvider { news, payment_intent_id, provider_event_id, now } = heard;
        let Self { transaction_id, user_id, course_id, amount, status, .. } = *self;
        let payment_intent_id = payment_intent_id.or_else(|| self.payment_intent_id.clone());
        let by_message = provider_event_id.clone().unwrap_or_default();
        match news {
            PaymentNews::Awaited => {
                let is_new = status == TransactionStatus::Pending && self.payment_intent_id.is_none();
                let payment_intent_id = payment_intent_id.filter(|_| is_new)?;
                Some(PaymentAwaited { transaction_id, user_id, course_id, payment_intent_id }.into())
            }
            PaymentNews::Succeeded => (status < TransactionStatus::Completed).then(|| {
                PaymentCompleted {
                    transaction_id,
                    user_id,
                    course_id,
                    amount,
                    payment_intent_id,
                    completed_at: now,
                    provider_event_id,
                }
                .into()
            }),
            PaymentNews::Failed(code) => (status < TransactionStatus::Failed).then(|| {
                PaymentFailed { transaction_id, user_id, course_id, payment_intent_id, code, provider_event_id }.into()
            }),
            PaymentNews::Refunded(cause) => {
                // A dispute that is over is final, whatever else its messages say.
                let is_over = cause == RefundCause::DisputeLost && self.dispute == Dispute::Closed;
                (status < TransactionStatus::Refunded && !is_over).then(|| {
                    let refunded_at = now;
                    PaymentRefunded {
                        transaction_id,
                        user_id,
                        course_id,
                        amount,
                        cause,
                        refunded_at,
                        provider_event_id,
                    }
                    .into()
                })
            }
            PaymentNews::PartlyRefunded(refunded) => {
                let is_more = status < TransactionStatus::Refunded && refunded.minor > self.partly_refunded;
                let provider_event_id = by_message;
                is_more.then(|| {
                    PaymentPartlyRefunded { transaction_id, user_id, course_id, refunded, provider_event_id }.into()
                })
            }
            PaymentNews::RefundFailed(code) => (self.refund_requested && status == TransactionStatus::Completed)
                .then(|| RefundFailed { transaction_id, user_id, course_id, code }.into()),
            PaymentNews::Disputed => {
                let is_new = self.dispute == Dispute::None && status < TransactionStatus::Refunded;
                let provider_event_id = by_message;
                is_new.then(|| PaymentDisputed { transaction_id, user_id, course_id, provider_event_id }.into())
            }
            PaymentNews::DisputeWon => {
                let is_new = self.dispute != Dispute::Closed && status < TransactionStatus::Refunded;
                let provider_event_id = by_message;
                is_new.then(|| DisputeWon { transaction_id, user_id, course_id, provider_event_id }.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::PaymentMethod;

    use super::*;
    use crate::fixtures::{
        at, dispute_won, euros, payment_completed, payment_disputed, payment_failed, payment_refunded, payment_started,
        refund_requested,
    };

    fn hear(news: PaymentNews, id: &str) -> HearProvider {
        let (payment_intent_id, provider_event_id) = (Some("pi_1".to_owned()), Some(id.to_owned()));
        HearProvider { news, payment_intent_id, provider_event_id, now: at(50) }
    }

    fn check(more: Vec<TransactionEvent>, news: PaymentNews, expected: Vec<TransactionEvent>) {
        let given = [vec![payment_started(PaymentMethod::Card)], more].concat();
        TestFramework::<Transaction>::with(())
            .given(given)
            .when(hear(news, "evt_9").into())
            .then_expect_events(expected);
    }

    fn completed() -> TransactionEvent {
        payment_completed(50, Some("pi_1"), Some("evt_9"))
    }

    fn failed() -> TransactionEvent {
        payment_failed("evt_9")
    }

    fn refunded() -> TransactionEvent {
        payment_refunded(50, Some("evt_9"))
    }

    #[test]
    fn a_status_only_goes_on() {
        let declined = || PaymentNews::Failed("card_declined".to_owned());
        let back = || PaymentNews::Refunded(RefundCause::Provider);
        let earlier = |event| vec![event];
        check(Vec::new(), PaymentNews::Succeeded, vec![completed()]);
        check(earlier(payment_failed("evt_1")), PaymentNews::Succeeded, vec![completed()]);
        check(earlier(payment_completed(9, Some("pi_1"), Some("evt_1"))), PaymentNews::Succeeded, Vec::new());
        check(earlier(payment_refunded(9, Some("evt_1"))), PaymentNews::Succeeded, Vec::new());
        check(Vec::new(), declined(), vec![failed()]);
        check(earlier(payment_completed(9, Some("pi_1"), Some("evt_1"))), declined(), Vec::new());
        check(Vec::new(), back(), vec![refunded()]);
        check(earlier(payment_completed(9, Some("pi_1"), Some("evt_1"))), back(), vec![refunded()]);
        check(earlier(payment_refunded(9, Some("evt_1"))), back(), Vec::new());
    }

    #[test]
    fn a_message_is_heard_once() {
        check(vec![payment_disputed("evt_9")], PaymentNews::Succeeded, Vec::new());
    }

    #[test]
    fn a_dispute_that_is_over_is_over() {
        check(Vec::new(), PaymentNews::Disputed, vec![payment_disputed("evt_9")]);
        check(vec![payment_disputed("evt_1")], PaymentNews::Disputed, Vec::new());
        check(vec![dispute_won("evt_1")], PaymentNews::Disputed, Vec::new());
        check(vec![dispute_won("evt_1")], PaymentNews::Refunded(RefundCause::DisputeLost), Vec::new());
        check(vec![payment_disputed("evt_1")], PaymentNews::DisputeWon, vec![dispute_won("evt_9")]);
        check(vec![payment_refunded(9, Some("evt_1"))], PaymentNews::Disputed, Vec::new());
    }

    #[test]
    fn what_went_back_in_part_only_grows() {
        let partly = |minor: i64, id: &str| {
            TransactionEvent::from(PaymentPartlyRefunded {
                transaction_id: crate::fixtures::transaction_id(1),
                user_id: crate::fixtures::user_id(5),
                course_id: crate::fixtures::course_id(),
                refunded: euros(minor),
                provider_event_id: id.to_owned(),
            })
        };
        check(vec![partly(500, "evt_1")], PaymentNews::PartlyRefunded(euros(700)), vec![partly(700, "evt_9")]);
        check(vec![partly(500, "evt_1")], PaymentNews::PartlyRefunded(euros(400)), Vec::new());
    }

    #[test]
    fn a_refund_that_fails_was_asked_for() {
        let failed = || PaymentNews::RefundFailed("charge_disputed".to_owned());
        check(Vec::new(), failed(), Vec::new());
        let asked = vec![payment_completed(9, Some("pi_1"), None), refund_requested(None)];
        let given = [vec![payment_started(PaymentMethod::Card)], asked].concat();
        let decided = TestFramework::<Transaction>::with(()).given(given).when(hear(failed(), "evt_9").into());
        assert_eq!(decided.inspect_result().map(|events| events.len()), Ok(1));
    }

    #[test]
    fn of_nothing_nothing_is_heard() {
        TestFramework::<Transaction>::with(())
            .given_no_previous_events()
            .when(hear(PaymentNews::Succeeded, "evt_9").into())
            .then_expect_error(HearProviderError::NotFound.into());
    }
}
