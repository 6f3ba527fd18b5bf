//! What happens to a person's subscription: one stream for each person, so that nobody has two at a time.

use serde::{Deserialize, Serialize};

use crate::{Money, Plan, SubscriptionEnd, SubscriptionId, Timestamp, UserId, event::stream_events};

stream_events! {
    /// An event of the stream `subscription/<user id>`.
    SubscriptionEvent on Subscription {
        /// Somebody wants to subscribe.
        SubscriptionRequested: 1 about [user_id],
        /// They have paid for the first month.
        SubscriptionStarted: 1 about [user_id],
        /// They could not pay.
        SubscriptionDeclined: 1 about [user_id],
        /// It ends with what is paid for.
        SubscriptionCancelled: 1 about [user_id],
        /// It rests.
        SubscriptionPaused: 1 about [user_id],
        /// It goes on.
        SubscriptionResumed: 1 about [user_id],
        /// It is another plan now.
        SubscriptionPlanChanged: 1 about [user_id],
        /// Another month is paid for.
        SubscriptionRenewed: 1 about [user_id],
        /// It is over.
        SubscriptionExpired: 1 about [user_id],
    }
}

/// A message of the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderEvent {
    /// The provider's name of it.
    pub id: String,
    /// When the provider wrote it, when it says so: an earlier one must not undo a later one.
    pub created_at: Option<Timestamp>,
}

/// Somebody wants to subscribe. It stands in the log before the provider is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionRequested {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Who.
    pub user_id: UserId,
    /// To which plan.
    pub plan: Plan,
    /// What a month costs.
    pub amount_per_month: Money,
    /// The provider's name of the card.
    pub payment_method_id: String,
}

/// The first month is paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionStarted {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// The provider's name of the subscription.
    pub provider_subscription_id: String,
    /// When it began; months are counted from here.
    pub started_at: Timestamp,
    /// The first instant that is not paid for.
    pub renewal_date: Timestamp,
}

/// The first month could not be paid for: there is no subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionDeclined {
    /// The subscription that never was.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// The provider's word for the reason.
    pub code: String,
}

/// It ends with what is paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionCancelled {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// When they said so.
    pub cancelled_at: Timestamp,
    /// The message of the provider that said so.
    pub provider_event: Option<ProviderEvent>,
}

/// It rests: it opens nothing, and nothing is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionPaused {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// The message of the provider that said so.
    pub provider_event: Option<ProviderEvent>,
}

/// It goes on: after a pause, or since the cancellation was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionResumed {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// When months are counted from anew, because what was paid for had run out meanwhile; none when it had not.
    pub counted_from: Option<Timestamp>,
    /// The message of the provider that said so.
    pub provider_event: Option<ProviderEvent>,
}

/// It is another plan now. The next month costs what that costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionPlanChanged {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// The plan.
    pub plan: Plan,
    /// What a month costs from now on.
    pub amount_per_month: Money,
}

/// Another month is paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionRenewed {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// What was paid.
    pub amount: Money,
    /// The first instant that is not paid for now.
    pub renewal_date: Timestamp,
    /// The provider's name of the invoice that was paid; none when the academy asked for the money itself.
    pub provider_invoice_id: Option<String>,
    /// The message of the provider that said so.
    pub provider_event: Option<ProviderEvent>,
}

/// It is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionExpired {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// Why.
    pub reason: SubscriptionEnd,
    /// The message of the provider that said so.
    pub provider_event: Option<ProviderEvent>,
}
