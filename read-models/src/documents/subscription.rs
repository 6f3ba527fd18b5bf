//! Collection `subscriptions`: what people have subscribed to, one document for each subscription.

use bson::doc;
use events::{Money, Plan, SubscriptionId, SubscriptionStatus, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::transaction::money;
use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of subscriptions. Written by projection `subscriptions`.
pub const SUBSCRIPTIONS: Collection = Collection {
    name: "subscriptions",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(),
            "user_id": schema::id(),
            "plan": schema::one_of(Plan::ALL.iter().map(|plan| plan.as_str())),
            "status": schema::nullable(schema::one_of(SubscriptionStatus::ALL.iter().map(|status| status.as_str()))),
            "amount_per_month": money(),
            "renewal_date": schema::nullable(schema::time()),
            "cancelled_date": schema::nullable(schema::time()),
            "created_at": schema::time(),
            "stripe_subscription_id": schema::nullable(schema::text()),
        })
    },
    indexes: || {
        vec![
            ("user_newest", doc! { "user_id": 1, "created_at": -1, "_id": -1 }),
            ("due", doc! { "status": 1, "renewal_date": 1 }),
            ("provider", doc! { "stripe_subscription_id": 1 }),
        ]
    },
};

/// A subscription, or the request for one.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// The subscription.
    #[serde(rename = "_id")]
    pub id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// The plan.
    pub plan: Plan,
    /// Where it stands; none while the provider has not answered.
    pub status: Option<SubscriptionStatus>,
    /// What a month costs.
    pub amount_per_month: Money,
    /// The first instant that is not paid for; none while the provider has not answered.
    pub renewal_date: Option<Timestamp>,
    /// When it was cancelled.
    pub cancelled_date: Option<Timestamp>,
    /// When it began, or was asked for.
    pub created_at: Timestamp,
    /// The provider's name of it; none while the provider has not answered.
    pub stripe_subscription_id: Option<String>,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Subscription in SUBSCRIPTIONS, id);
