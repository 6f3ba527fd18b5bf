//! What comes by itself: subscriptions are renewed, or end, on their day; and what the provider was asked before a crash
//! is asked again.

use chrono::TimeDelta;
use domain::Subscription;
use domain::subscription::{RenewSubscription, Renewal};
use events::{SubscriptionId, SubscriptionStatus, Timestamp, UserId};
use read_models::views::{due_subscriptions, unanswered_transactions};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Payments;
use super::settle::{ask, send_back};
use super::subscribe::ask_for_first_month;
use crate::Refusal;
use crate::commands::{Commands, Looks, Origin, UnitOfWork, UseCase};

/// The most that is done after one look.
const MOST: i64 = 100;
/// How long a request may have been under way before nobody counts on its answer.
const PATIENCE: TimeDelta = TimeDelta::seconds(15);

/// Does what is due, until `cancel`. The read collections find it, and the log decides; nothing is kept in between, so that
/// a failure, a restart or a second process changes nothing.
#[must_use]
pub fn start_billing(commands: &Commands, payments: &Payments, cancel: CancellationToken) -> JoinHandle<()> {
    let (commands, payments) = (commands.clone(), payments.clone());
    tokio::spawn(async move {
        let mut looks = Looks::until(cancel);
        while looks.next().await {
            if let Err(error) = bill(&commands, &payments).await {
                tracing::warn!(?error, "renewals and open questions wait");
            }
        }
    })
}

/// One look.
async fn bill(commands: &Commands, payments: &Payments) -> Result<(), Refusal> {
    let now = commands.clock().now();
    let long_ago = Timestamp::new(now - PATIENCE);
    let database = commands.log().database();
    for due in due_subscriptions(database, Timestamp::new(now), long_ago, MOST).await? {
        if let Err(error) = bill_subscriber(commands, payments, due.user_id).await {
            tracing::warn!(subscription = %due.id, ?error, "a subscription waits");
        }
    }
    for open in unanswered_transactions(database, long_ago, MOST).await? {
        let parts = (&payments.provider, &*payments.terms);
        let asked = if open.refund_requested {
            send_back(commands, parts, &Origin::by_itself(), open.id).await.map(drop)
        } else {
            ask(commands, parts, &Origin::by_itself(), open.id).await.map(drop)
        };
        if let Err(error) = asked {
            tracing::warn!(transaction = %open.id, ?error, "a payment waits");
        }
    }
    Ok(())
}

/// All months of a person's subscription that are due, one by one: also those of days on which nobody was there.
async fn bill_subscriber(commands: &Commands, payments: &Payments, user_id: UserId) -> Result<(), Refusal> {
    let now = Timestamp::new(commands.clock().now());
    ask_for_first_month(commands, &payments.provider, &Origin::by_itself(), user_id).await?;
    loop {
        let state = commands.log().load::<Subscription>(user_id).await?.state;
        let Some(current) = &state.current else { return Ok(()) };
        let renewals = current.renewals;
        let renewal = match current.status {
            SubscriptionStatus::Active if current.renewal_date <= now => {
                let is_paid = payments.provider.renew(&current.payment_method_id);
                if is_paid { Renewal::Paid { renewals } } else { Renewal::Failed { renewals } }
            }
            SubscriptionStatus::Cancelled if current.renewal_date <= now => Renewal::RunOut,
            SubscriptionStatus::Active
            | SubscriptionStatus::Cancelled
            | SubscriptionStatus::Paused
            | SubscriptionStatus::Expired => return Ok(()),
        };
        let id = current.subscription_id;
        commands.run(&Origin::by_itself(), &Renew { user_id, id, renewal }).await?;
    }
}

struct Renew {
    user_id: UserId,
    id: SubscriptionId,
    renewal: Renewal,
}

impl UseCase for Renew {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), Refusal> {
        let mut subscription = work.load::<Subscription>(self.user_id).await?;
        subscription.decide(RenewSubscription { subscription_id: self.id, renewal: self.renewal, now }).await?;
        work.put(subscription);
        Ok(())
    }
}
