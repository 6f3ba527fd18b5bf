//! Subscriptions: finding them, and what answers show of them.

use bson::{Document, doc};
use event_log::LogError;
use events::{SubscriptionId, SubscriptionStatus, Timestamp, UserId};
use mongodb::Database;
use mongodb::error::Error;
use serde::Serialize;
use utoipa::ToSchema;

use super::snapshot::{Reading, Snapshot, read_at_once};
use super::{is_false, openapi};
use crate::{MoneyView, Subscription};

/// A subscription.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Subscription)]
pub struct SubscriptionView {
    /// The subscription.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: SubscriptionId,
    /// Whose.
    #[schema(schema_with = openapi::id)]
    pub user_id: UserId,
    /// The plan.
    #[schema(schema_with = openapi::plan)]
    pub plan: &'static str,
    /// Where it stands.
    #[schema(schema_with = openapi::subscription_status)]
    pub status: &'static str,
    /// What a month costs, at most two decimals.
    pub amount_per_month: f64,
    /// ISO 4217.
    #[schema(schema_with = openapi::currency)]
    pub currency: String,
    /// When it is renewed; of a cancelled one, when it ends.
    #[schema(schema_with = openapi::time)]
    pub renewal_date: Timestamp,
    /// When it was cancelled.
    #[schema(schema_with = openapi::nullable_time)]
    pub cancelled_date: Option<Timestamp>,
    /// When it began.
    #[schema(schema_with = openapi::time)]
    pub created_at: Timestamp,
    /// The provider's name of it.
    pub stripe_subscription_id: String,
    /// `true` when the read side could not follow the log for it; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl Subscription {
    /// The subscription as answers show it at that time; none of one that the provider has not answered yet. A cancelled
    /// one is over from its renewal date on, whether that is noted or not.
    #[must_use]
    pub fn view(self, now: Timestamp) -> Option<SubscriptionView> {
        let (status, renewal_date) = (self.status?, self.renewal_date?);
        let has_run_out = status == SubscriptionStatus::Cancelled && renewal_date <= now;
        let status = if has_run_out { SubscriptionStatus::Expired } else { status };
        let MoneyView { amount, currency } = self.amount_per_month.into();
        Some(SubscriptionView {
            id: self.id,
            user_id: self.user_id,
            plan: self.plan.as_str(),
            status: status.as_str(),
            amount_per_month: amount,
            currency,
            renewal_date,
            cancelled_date: self.cancelled_date,
            created_at: self.created_at,
            stripe_subscription_id: self.stripe_subscription_id?,
            stale: self.stale,
        })
    }

    /// Whether it is one at that time: active, resting, or cancelled and paid for still.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        match self.status {
            Some(SubscriptionStatus::Active | SubscriptionStatus::Paused) => true,
            Some(SubscriptionStatus::Cancelled) => self.renewal_date.is_some_and(|end| now < end),
            Some(SubscriptionStatus::Expired) | None => false,
        }
    }

    /// Whether it opens courses at that time.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        let rests = self.status == Some(SubscriptionStatus::Paused);
        self.is_live(now) && !rests && self.renewal_date.is_some_and(|end| now < end)
    }
}

/// The subscriptions of a person, newest first.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_subscriptions(database: &Database, user_id: UserId) -> Result<Vec<Subscription>, LogError> {
    find(database, doc! { "user_id": user_id.to_string() }, 1_000).await
}

/// The subscription that the provider calls so; none when it is not there (yet).
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn subscription_of_provider(database: &Database, name: &str) -> Result<Option<Subscription>, LogError> {
    Ok(find(database, doc! { "stripe_subscription_id": name }, 1).await?.into_iter().next())
}

/// The subscriptions whose renewal date has come at `now`, and those that were asked for before `asked_before` and not
/// answered; at most `most`.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn due_subscriptions(
    database: &Database,
    now: Timestamp,
    asked_before: Timestamp,
    most: i64,
) -> Result<Vec<Subscription>, LogError> {
    let due = doc! {
        "status": { "$in": ["active", "cancelled"] }, "renewal_date": { "$lte": now.to_string() },
    };
    let unanswered = doc! { "status": null, "created_at": { "$lt": asked_before.to_string() } };
    find(database, doc! { "$or": [due, unanswered] }, most).await
}

async fn find(database: &Database, filter: Document, most: i64) -> Result<Vec<Subscription>, LogError> {
    read_at_once(database, &Found { filter, most }).await
}

struct Found {
    filter: Document,
    most: i64,
}

impl Reading for Found {
    type Output = Vec<Subscription>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let found = vec![
            doc! { "$match": self.filter.clone() },
            doc! { "$sort": { "created_at": -1, "_id": -1 } },
            doc! { "$limit": self.most },
        ];
        snapshot.aggregate(found).await
    }
}
