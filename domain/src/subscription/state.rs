//! What is known of a person's subscription.

use std::collections::BTreeSet;

use events::{
    Fold, Money, Plan, ProviderEvent, SubscriptionEnd, SubscriptionEvent, SubscriptionId, SubscriptionRequested,
    SubscriptionStarted, SubscriptionStatus, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

use super::Plans;
use crate::course::CourseDetails;

/// Fold of the stream `subscription/<user id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The subscription that was asked for, and not answered by the provider yet.
    pub requested: Option<SubscriptionRequested>,
    /// The last one that began.
    pub current: Option<Subscribed>,
}

/// A subscription that began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribed {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// The plan.
    pub plan: Plan,
    /// What a month costs.
    pub amount_per_month: Money,
    /// The provider's name of the card.
    pub payment_method_id: String,
    /// The provider's name of the subscription.
    pub provider_subscription_id: String,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// Why it is over, when it is.
    pub end: Option<SubscriptionEnd>,
    /// What months are counted from, and how many of them are paid for since.
    pub counted_from: Timestamp,
    /// See `counted_from`.
    pub months: u32,
    /// The first instant that is not paid for.
    pub renewal_date: Timestamp,
    /// How often it was renewed.
    pub renewals: u32,
    /// The provider's names of the invoices that were paid.
    pub paid_invoices: BTreeSet<String>,
    /// The messages of the provider that have had their effect.
    pub seen: BTreeSet<String>,
    /// When the latest of those was written that told where it stands.
    pub heard_until: Option<Timestamp>,
}

impl Subscription {
    /// The subscription, while it is one: it opens courses, rests, or waits to be renewed.
    #[must_use]
    pub fn live_at(&self, now: Timestamp) -> Option<&Subscribed> {
        self.current.as_ref().filter(|current| match current.status {
            SubscriptionStatus::Active | SubscriptionStatus::Paused => true,
            SubscriptionStatus::Cancelled => now < current.renewal_date,
            SubscriptionStatus::Expired => false,
        })
    }

    /// The plan whose courses it opens now; none when it opens nothing.
    #[must_use]
    pub fn plan_at(&self, now: Timestamp) -> Option<Plan> {
        let current = self.live_at(now)?;
        let is_open = current.status != SubscriptionStatus::Paused && now < current.renewal_date;
        is_open.then_some(current.plan)
    }
}

impl Subscription {
    /// Whether its plan opens a course now, to who is enrolled in it or is not.
    #[must_use]
    pub fn opens(&self, plans: &Plans, course: &CourseDetails, is_enrolled: bool, now: Timestamp) -> bool {
        self.plan_at(now).is_some_and(|plan| plans.opens(plan, course, is_enrolled))
    }
}

impl Subscribed {
    fn started(requested: SubscriptionRequested, event: &SubscriptionStarted) -> Self {
        Self {
            subscription_id: event.subscription_id,
            user_id: event.user_id,
            plan: requested.plan,
            amount_per_month: requested.amount_per_month,
            payment_method_id: requested.payment_method_id,
            provider_subscription_id: event.provider_subscription_id.clone(),
            status: SubscriptionStatus::Active,
            end: None,
            counted_from: event.started_at,
            months: 1,
            renewal_date: event.renewal_date,
            renewals: 0,
            paid_invoices: BTreeSet::new(),
            seen: BTreeSet::new(),
            heard_until: None,
        }
    }

    /// The end of the month after those that are paid for. Months are counted from the beginning, so that the 31st
    /// comes back after a shorter month.
    #[must_use]
    pub fn next_renewal_date(&self) -> Timestamp {
        // A calendar without that month is three hundred thousand years away.
        self.counted_from.plus_months(self.months + 1).unwrap_or(self.renewal_date)
    }

    fn see(&mut self, event: Option<&ProviderEvent>) {
        if let Some(event) = event {
            self.seen.insert(event.id.clone());
            self.heard_until = self.heard_until.max(event.created_at);
        }
    }

    fn take_in(&mut self, event: &SubscriptionEvent) {
        match event {
            SubscriptionEvent::SubscriptionCancelled(event) => {
                self.status = SubscriptionStatus::Cancelled;
                self.see(event.provider_event.as_ref());
            }
            SubscriptionEvent::SubscriptionPaused(event) => {
                self.status = SubscriptionStatus::Paused;
                self.see(event.provider_event.as_ref());
            }
            SubscriptionEvent::SubscriptionResumed(event) => {
                self.status = SubscriptionStatus::Active;
                if let Some(from) = event.counted_from {
                    (self.counted_from, self.months, self.renewal_date) = (from, 0, from);
                }
                self.see(event.provider_event.as_ref());
            }
            SubscriptionEvent::SubscriptionPlanChanged(event) => {
                (self.plan, self.amount_per_month) = (event.plan, event.amount_per_month);
            }
            SubscriptionEvent::SubscriptionRenewed(event) => {
                (self.months, self.renewals) = (self.months + 1, self.renewals + 1);
                self.renewal_date = event.renewal_date;
                if self.status == SubscriptionStatus::Expired {
                    (self.status, self.end) = (SubscriptionStatus::Active, None);
                }
                self.paid_invoices.extend(event.provider_invoice_id.clone());
                // It tells of money, not of where the subscription stands.
                self.seen.extend(event.provider_event.as_ref().map(|event| event.id.clone()));
            }
            SubscriptionEvent::SubscriptionExpired(event) => {
                (self.status, self.end) = (SubscriptionStatus::Expired, Some(event.reason));
                self.see(event.provider_event.as_ref());
            }
            SubscriptionEvent::SubscriptionRequested(_)
            | SubscriptionEvent::SubscriptionStarted(_)
            | SubscriptionEvent::SubscriptionDeclined(_) => {}
        }
    }
}

impl Fold for Subscription {
    type Event = SubscriptionEvent;

    fn apply(&mut self, event: &SubscriptionEvent) {
        match event {
            SubscriptionEvent::SubscriptionRequested(event) => self.requested = Some(event.clone()),
            SubscriptionEvent::SubscriptionDeclined(_) => self.requested = None,
            SubscriptionEvent::SubscriptionStarted(event) => {
                // No decision writes it without the request.
                if let Some(requested) = self.requested.take() {
                    self.current = Some(Subscribed::started(requested, event));
                }
            }
            SubscriptionEvent::SubscriptionCancelled(_)
            | SubscriptionEvent::SubscriptionPaused(_)
            | SubscriptionEvent::SubscriptionResumed(_)
            | SubscriptionEvent::SubscriptionPlanChanged(_)
            | SubscriptionEvent::SubscriptionRenewed(_)
            | SubscriptionEvent::SubscriptionExpired(_) => {
                if let Some(current) = &mut self.current {
                    current.take_in(event);
                }
            }
        }
    }
}
