//! What is known of a payment.

use std::collections::BTreeSet;

use events::{
    CourseId, Fold, Money, PaymentMethod, PaymentStarted, Timestamp, TransactionEvent, TransactionId,
    TransactionStatus, UserId,
};
use serde::{Deserialize, Serialize};

/// Fold of the stream `transaction/<transaction id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The payment; none until it was begun.
    pub payment: Option<Payment>,
}

/// A payment that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who pays.
    pub user_id: UserId,
    /// For which course.
    pub course_id: CourseId,
    /// How much.
    pub amount: Money,
    /// How.
    pub method: PaymentMethod,
    /// The provider's name of the card.
    pub payment_method_id: Option<String>,
    /// How far it has come.
    pub status: TransactionStatus,
    /// The provider's name of the payment.
    pub payment_intent_id: Option<String>,
    /// When the money was there.
    pub completed_at: Option<Timestamp>,
    /// Whether the money is to go back, and has not yet.
    pub refund_requested: bool,
    /// What went back of it in part, in minor units.
    pub partly_refunded: i64,
    /// What the buyer's bank says.
    pub dispute: Dispute,
    /// The messages of the provider that have had their effect.
    pub seen: BTreeSet<String>,
}

/// What the buyer's bank says of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dispute {
    /// Nothing.
    None,
    /// It wants the money back.
    Open,
    /// It had wanted it. That is over for good.
    Closed,
}

impl Payment {
    fn begun(event: &PaymentStarted) -> Self {
        Self {
            transaction_id: event.transaction_id,
            user_id: event.user_id,
            course_id: event.course_id,
            amount: event.amount,
            method: event.method,
            payment_method_id: event.payment_method_id.clone(),
            status: TransactionStatus::Pending,
            payment_intent_id: None,
            completed_at: None,
            refund_requested: false,
            partly_refunded: 0,
            dispute: Dispute::None,
            seen: BTreeSet::new(),
        }
    }

    /// Whether the provider was to be asked, and nobody knows what it said.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.status == TransactionStatus::Pending
            && self.method == PaymentMethod::Card
            && self.payment_intent_id.is_none()
    }

    /// Whether a message of the provider has had its effect.
    #[must_use]
    pub fn has_seen(&self, provider_event_id: &str) -> bool {
        self.seen.contains(provider_event_id)
    }

    fn see(&mut self, provider_event_id: Option<&String>) {
        self.seen.extend(provider_event_id.cloned());
    }

    fn take_in(&mut self, event: &TransactionEvent) {
        match event {
            TransactionEvent::PaymentStarted(event) => *self = Self::begun(event),
            TransactionEvent::PaymentAwaited(event) => self.payment_intent_id = Some(event.payment_intent_id.clone()),
            TransactionEvent::PaymentCompleted(event) => {
                self.status = TransactionStatus::Completed;
                self.completed_at = Some(event.completed_at);
                self.payment_intent_id.clone_from(&event.payment_intent_id);
                self.see(event.provider_event_id.as_ref());
            }
            TransactionEvent::PaymentFailed(event) => {
                self.status = TransactionStatus::Failed;
                self.payment_intent_id.clone_from(&event.payment_intent_id);
                self.see(event.provider_event_id.as_ref());
            }
            TransactionEvent::RefundRequested(_) => self.refund_requested = true,
            TransactionEvent::RefundFailed(_) => self.refund_requested = false,
            TransactionEvent::PaymentRefunded(event) => {
                self.status = TransactionStatus::Refunded;
                self.refund_requested = false;
                if self.dispute == Dispute::Open {
                    self.dispute = Dispute::Closed;
                }
                self.see(event.provider_event_id.as_ref());
            }
            TransactionEvent::PaymentPartlyRefunded(event) => {
                self.partly_refunded = event.refunded.minor;
                self.see(Some(&event.provider_event_id));
            }
            TransactionEvent::PaymentDisputed(event) => {
                self.dispute = Dispute::Open;
                self.see(Some(&event.provider_event_id));
            }
            TransactionEvent::DisputeWon(event) => {
                self.dispute = Dispute::Closed;
                self.see(Some(&event.provider_event_id));
            }
        }
    }
}

impl Fold for Transaction {
    type Event = TransactionEvent;

    fn apply(&mut self, event: &TransactionEvent) {
        match (&mut self.payment, event) {
            (Some(payment), event) => payment.take_in(event),
            (None, TransactionEvent::PaymentStarted(event)) => self.payment = Some(Payment::begun(event)),
            // No decision writes these before the first event.
            (
                None,
                TransactionEvent::PaymentAwaited(_)
                | TransactionEvent::PaymentCompleted(_)
                | TransactionEvent::PaymentFailed(_)
                | TransactionEvent::RefundRequested(_)
                | TransactionEvent::RefundFailed(_)
                | TransactionEvent::PaymentRefunded(_)
                | TransactionEvent::PaymentPartlyRefunded(_)
                | TransactionEvent::PaymentDisputed(_)
                | TransactionEvent::DisputeWon(_),
            ) => {}
        }
    }
}
