//! Events of subscriptions, at random.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use events::{
    Plan, StreamId, StreamType, SubscriptionCancelled, SubscriptionDeclined, SubscriptionEnd, SubscriptionEvent,
    SubscriptionExpired, SubscriptionId, SubscriptionPaused, SubscriptionPlanChanged, SubscriptionRenewed,
    SubscriptionRequested, SubscriptionResumed, SubscriptionStarted, UserId,
};
use rand::RngExt;
use rand::rngs::StdRng;

use super::payments::{euros, some_id};
use super::{Written, in_days};

/// Where a subscription stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Asked,
    Active,
    Paused,
    Cancelled,
    Expired,
}

/// Who has subscribed, or asked for it; who was declined is not here.
#[derive(Default)]
pub(super) struct Subscribed {
    subscribers: BTreeMap<UserId, (SubscriptionId, Standing)>,
}

impl Subscribed {
    /// One event more, of one of these persons.
    pub(super) fn next(&mut self, random: &mut StdRng, users: &[UserId]) -> Written {
        let user_id = users[random.random_range(0..users.len())];
        let stream = StreamId::new(StreamType::Subscription, user_id);
        let kind = random.random_range(0..5);
        let (subscription_id, standing) = match self.subscribers.get(&user_id) {
            Some((id, standing)) if *standing != Standing::Expired || kind == 0 => (*id, *standing),
            Some(_) | None => {
                let id = SubscriptionId::new(some_id(random));
                self.subscribers.insert(user_id, (id, Standing::Asked));
                return (stream, requested(random, user_id, id).into());
            }
        };
        let (event, then) = match (standing, kind) {
            (Standing::Asked, 0) => {
                self.subscribers.remove(&user_id);
                let code = "card_declined".to_owned();
                return (
                    stream,
                    SubscriptionEvent::from(SubscriptionDeclined { subscription_id, user_id, code }).into(),
                );
            }
            (Standing::Asked, _) => (started(user_id, subscription_id), Standing::Active),
            (Standing::Active | Standing::Expired, 0) => (renewed(random, user_id, subscription_id), Standing::Active),
            (Standing::Active, 1) => {
                let (plan, amount_per_month) = (any_plan(random), euros(random.random_range(900..5_000)));
                let changed = SubscriptionPlanChanged { subscription_id, user_id, plan, amount_per_month };
                (changed.into(), Standing::Active)
            }
            (Standing::Active, 2) => {
                (SubscriptionPaused { subscription_id, user_id, provider_event: None }.into(), Standing::Paused)
            }
            (Standing::Active, _) | (Standing::Paused, 0) => {
                let (cancelled_at, provider_event) = (in_days(0), None);
                let cancelled = SubscriptionCancelled { subscription_id, user_id, cancelled_at, provider_event };
                (cancelled.into(), Standing::Cancelled)
            }
            (Standing::Paused, _) | (Standing::Cancelled, 0..3) => {
                let counted_from = random.random_bool(0.5).then(|| in_days(random.random_range(0..30)));
                let resumed = SubscriptionResumed { subscription_id, user_id, counted_from, provider_event: None };
                (resumed.into(), Standing::Active)
            }
            (Standing::Cancelled | Standing::Expired, _) => {
                let reason = SubscriptionEnd::RanOut;
                let expired = SubscriptionExpired { subscription_id, user_id, reason, provider_event: None };
                (expired.into(), Standing::Expired)
            }
        };
        self.subscribers.insert(user_id, (subscription_id, then));
        (stream, event.into())
    }
}

fn any_plan(random: &mut StdRng) -> Plan {
    Plan::ALL[random.random_range(0..Plan::ALL.len())]
}

fn requested(random: &mut StdRng, user_id: UserId, subscription_id: SubscriptionId) -> SubscriptionEvent {
    let (plan, amount_per_month) = (any_plan(random), euros(random.random_range(900..5_000)));
    let payment_method_id = "pm_card_visa".to_owned();
    SubscriptionRequested { subscription_id, user_id, plan, amount_per_month, payment_method_id }.into()
}

fn started(user_id: UserId, subscription_id: SubscriptionId) -> SubscriptionEvent {
    let provider_subscription_id = format!("sub_{subscription_id}");
    let (started_at, renewal_date) = (in_days(0), in_days(30));
    SubscriptionStarted { subscription_id, user_id, provider_subscription_id, started_at, renewal_date }.into()
}

fn renewed(random: &mut StdRng, user_id: UserId, subscription_id: SubscriptionId) -> SubscriptionEvent {
    SubscriptionRenewed {
        subscription_id,
        user_id,
        amount: euros(random.random_range(900..5_000)),
        renewal_date: in_days(random.random_range(31..90)),
        provider_invoice_id: None,
        provider_event: None,
    }
    .into()
}
