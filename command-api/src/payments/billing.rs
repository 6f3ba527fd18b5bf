//! What comes by itself: subscriptions are renewed, or end, on their day; and what the provider was asked before a crash
//! is asked again.

use chrono::TimeDelta;
use domain::subscription::{RenewSubscription, Renewal, Subscribed};
use domain::{Subscription, Transaction};
use events::{Fold as _, SubscriptionId, SubscriptionStatus, Timestamp, UserId};
use futures::StreamExt as _;
use read_models::views::{due_subscriptions, unanswered_transactions};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Payments;
use super::provider::{Asking, Month};
use super::reconcile::keep_reconciled;
use super::settle::{ask, send_back};
use super::subscribe::ask_for_first_month;
use crate::Refusal;
use crate::commands::{Commands, Looks, Origin, UnitOfWork, UseCase};

/// The most that is done after one look.
const MOST: i64 = 100;
/// How many are asked of the provider at the same time.
const AT_ONCE: usize = 8;
/// How long a request may have been under way before nobody counts on its answer.
const PATIENCE: TimeDelta = TimeDelta::seconds(15);
/// How long after its day a month is asked for as one that was asked for before: less than the provider remembers
/// requests by their names.
const OVERDUE: TimeDelta = TimeDelta::hours(12);

/// Does what is due, and compares the log with the provider's book, until `cancel`. The read collections find what is due,
/// and the log decides; nothing is kept in between, so that a failure, a restart or a second process changes nothing.
#[must_use]
pub fn start_billing(commands: &Commands, payments: &Payments, cancel: CancellationToken) -> JoinHandle<()> {
    let (commands, payments) = (commands.clone(), payments.clone());
    tokio::spawn(async move {
        let billing = async {
            let mut looks = Looks::until(cancel.clone());
            while looks.next().await {
                if let Err(error) = bill(&commands, &payments).await {
                    tracing::warn!(?error, "renewals and open questions wait");
                }
            }
        };
        tokio::join!(billing, keep_reconciled(commands.log(), &payments.provider, &cancel));
    })
}

/// One look.
async fn bill(commands: &Commands, payments: &Payments) -> Result<(), Refusal> {
    let now = commands.clock().now();
    let long_ago = Timestamp::new(now - PATIENCE);
    let database = commands.log().database();
    let due = due_subscriptions(database, Timestamp::new(now), long_ago, MOST).await?;
    futures::stream::iter(due)
        .for_each_concurrent(AT_ONCE, async |due| {
            if let Err(error) = bill_subscriber(commands, payments, due.user_id).await {
                tracing::warn!(subscription = %due.id, ?error, "a subscription waits");
            }
        })
        .await;
    let open = unanswered_transactions(database, long_ago, MOST).await?;
    futures::stream::iter(open)
        .for_each_concurrent(AT_ONCE, async |open| {
            if let Err(error) = settle_open(commands, payments, &open, long_ago).await {
                tracing::warn!(transaction = %open.id, ?error, "a payment waits");
            }
        })
        .await;
    Ok(())
}

/// Asks again what the provider was asked about a payment, and takes its answer in; unless it was asked since `long_ago`:
/// then who asked still waits for the answer.
async fn settle_open(
    commands: &Commands,
    payments: &Payments,
    open: &read_models::Transaction,
    long_ago: Timestamp,
) -> Result<(), Refusal> {
    // What it waits with was the last that happened to it.
    let last = commands.log().read_last(&Transaction::stream(open.id)).await?;
    let Some(cause) = last.filter(|last| last.time < long_ago) else { return Ok(()) };
    let answer = if open.refund_requested {
        send_back(commands, payments, open.id).await?
    } else {
        ask(commands, payments, open.id, Asking::Again).await?.map(|(settle, _)| settle)
    };
    if let Some(settle) = answer {
        commands.run(&Origin::because_of(&cause), &settle).await?;
    }
    Ok(())
}

/// All months of a person's subscription that are due, one by one: also those of days on which nobody was there.
async fn bill_subscriber(commands: &Commands, payments: &Payments, user_id: UserId) -> Result<(), Refusal> {
    let now = Timestamp::new(commands.clock().now());
    if let Some(answer) = ask_for_first_month(commands, payments, user_id, Asking::Again).await? {
        let origin = Origin::because_of_last(commands.log(), &Subscription::stream(user_id)).await?;
        commands.run(&origin, &answer).await?;
    }
    loop {
        let state = commands.log().load::<Subscription>(user_id).await?.state;
        let Some(current) = &state.current else { return Ok(()) };
        let renewals = current.renewals;
        let renewal = match current.status {
            SubscriptionStatus::Active if current.renewal_date <= now => {
                if is_paid(payments, current, now).await? {
                    Renewal::Paid { renewals }
                } else {
                    Renewal::Failed { renewals }
                }
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

/// Asks the provider for the month that is due.
async fn is_paid(payments: &Payments, current: &Subscribed, now: Timestamp) -> Result<bool, Refusal> {
    let is_overdue = now.utc() - current.renewal_date.utc() > OVERDUE;
    let month = Month {
        id: current.subscription_id,
        number: current.renewals + 2,
        amount: current.amount_per_month,
        card: &current.payment_method_id,
    };
    let asking = if is_overdue { Asking::Again } else { Asking::First };
    Ok(payments.provider.renew(&month, &current.provider_subscription_id, asking).await?)
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
