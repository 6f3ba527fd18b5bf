//! What happens to a payment for a course. What the provider is asked for stands in the log before it is asked.

use serde::{Deserialize, Serialize};

use crate::{
    CourseId, Money, PaymentMethod, Personal, RefundCause, Timestamp, TransactionId, UserId, event::stream_events,
};

stream_events! {
    /// An event of the stream `transaction/<transaction id>`.
    TransactionEvent on Transaction {
        /// Somebody wants to pay.
        PaymentStarted: 1 about [user_id],
        /// The provider waits for them, or for their bank.
        PaymentAwaited: 1 about [user_id],
        /// The money is there.
        PaymentCompleted: 1 about [user_id],
        /// It will not come.
        PaymentFailed: 1 about [user_id],
        /// The money is to go back.
        RefundRequested: 1 about [user_id],
        /// The provider will not send it back.
        RefundFailed: 1 about [user_id],
        /// It went back.
        PaymentRefunded: 1 about [user_id],
        /// Some of it went back.
        PaymentPartlyRefunded: 1 about [user_id],
        /// The buyer's bank wants it back.
        PaymentDisputed: 1 about [user_id],
        /// The academy keeps it.
        DisputeWon: 1 about [user_id],
    }
}

/// Somebody wants to pay for a course. The price is the course's at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentStarted {
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
    /// The provider's name of the card; none when there is no card.
    pub payment_method_id: Option<String>,
}

/// The provider knows of the payment and waits for the buyer, or for their bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentAwaited {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who pays.
    pub user_id: UserId,
    /// For which course.
    pub course_id: CourseId,
    /// The provider's name of the payment.
    pub payment_intent_id: String,
}

/// The money is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentCompleted {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who paid.
    pub user_id: UserId,
    /// For which course.
    pub course_id: CourseId,
    /// How much.
    pub amount: Money,
    /// The provider's name of the payment; none without a provider.
    pub payment_intent_id: Option<String>,
    /// When the academy took it as paid.
    pub completed_at: Timestamp,
    /// The message of the provider that said so; none when its answer did, or nobody had to.
    pub provider_event_id: Option<String>,
}

/// The money will not come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentFailed {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who wanted to pay.
    pub user_id: UserId,
    /// For which course.
    pub course_id: CourseId,
    /// The provider's name of the payment; none when it never came to one.
    pub payment_intent_id: Option<String>,
    /// The provider's word for the reason.
    pub code: String,
    /// The message of the provider that said so.
    pub provider_event_id: Option<String>,
}

/// The money is to go back, at the wish of the buyer or of an admin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundRequested {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Whose money it is.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// Why, when they say so; it is about the buyer, and theirs.
    pub reason: Option<Personal<String>>,
}

/// The provider will not send the money back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundFailed {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Whose money it is.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// The provider's word for the reason.
    pub code: String,
}

/// The whole of the money went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRefunded {
    /// The payment.
    pub transaction_id: TransactionId,
    /// To whom.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub cause: RefundCause,
    /// When the academy knew it.
    pub refunded_at: Timestamp,
    /// The message of the provider that said so.
    pub provider_event_id: Option<String>,
}

/// Some of the money went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentPartlyRefunded {
    /// The payment.
    pub transaction_id: TransactionId,
    /// To whom.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// How much went back in all.
    pub refunded: Money,
    /// The message of the provider that said so.
    pub provider_event_id: String,
}

/// The buyer's bank wants the money back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentDisputed {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who paid.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// The message of the provider that said so.
    pub provider_event_id: String,
}

/// The academy keeps the money that the buyer's bank wanted back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisputeWon {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who paid.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// The message of the provider that said so.
    pub provider_event_id: String,
}
