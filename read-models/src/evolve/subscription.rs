//! Subscriptions.

use events::{RecordedEvent, StreamEvent as _, SubscriptionEvent, SubscriptionId, SubscriptionStatus};

use crate::Subscription;

impl Subscription {
    /// The subscription after an event of its own; none when there is none, or none any more.
    #[must_use]
    pub fn after(before: Option<Self>, recorded: &RecordedEvent, event: &SubscriptionEvent) -> Option<Self> {
        match event {
            SubscriptionEvent::SubscriptionRequested(event) => Some(Self {
                id: event.subscription_id,
                user_id: event.user_id,
                plan: event.plan,
                status: None,
                amount_per_month: event.amount_per_month,
                renewal_date: None,
                cancelled_date: None,
                created_at: recorded.time,
                stripe_subscription_id: None,
                stale: false,
            }),
            SubscriptionEvent::SubscriptionDeclined(_) => None,
            SubscriptionEvent::SubscriptionStarted(_)
            | SubscriptionEvent::SubscriptionCancelled(_)
            | SubscriptionEvent::SubscriptionPaused(_)
            | SubscriptionEvent::SubscriptionResumed(_)
            | SubscriptionEvent::SubscriptionPlanChanged(_)
            | SubscriptionEvent::SubscriptionRenewed(_)
            | SubscriptionEvent::SubscriptionExpired(_) => {
                let mut subscription = before?;
                subscription.take_in(event);
                Some(subscription)
            }
        }
    }

    fn take_in(&mut self, event: &SubscriptionEvent) {
        match event {
            SubscriptionEvent::SubscriptionStarted(event) => {
                self.status = Some(SubscriptionStatus::Active);
                self.created_at = event.started_at;
                self.renewal_date = Some(event.renewal_date);
                self.stripe_subscription_id = Some(event.provider_subscription_id.clone());
            }
            SubscriptionEvent::SubscriptionCancelled(event) => {
                self.status = Some(SubscriptionStatus::Cancelled);
                self.cancelled_date = Some(event.cancelled_at);
            }
            SubscriptionEvent::SubscriptionPaused(_) => self.status = Some(SubscriptionStatus::Paused),
            SubscriptionEvent::SubscriptionResumed(event) => {
                self.status = Some(SubscriptionStatus::Active);
                self.cancelled_date = None;
                self.renewal_date = event.counted_from.or(self.renewal_date);
            }
            SubscriptionEvent::SubscriptionPlanChanged(event) => {
                (self.plan, self.amount_per_month) = (event.plan, event.amount_per_month);
            }
            SubscriptionEvent::SubscriptionRenewed(event) => {
                self.renewal_date = Some(event.renewal_date);
                if self.status == Some(SubscriptionStatus::Expired) {
                    self.status = Some(SubscriptionStatus::Active);
                }
            }
            SubscriptionEvent::SubscriptionExpired(_) => self.status = Some(SubscriptionStatus::Expired),
            SubscriptionEvent::SubscriptionRequested(_) | SubscriptionEvent::SubscriptionDeclined(_) => {}
        }
    }

    /// The subscription of that id out of a person's whole stream.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent], id: SubscriptionId) -> Option<Self> {
        stream.iter().fold(None, |subscription, recorded| match SubscriptionEvent::of(&recorded.event) {
            Some(event) if subscription_of(event) == id => Self::after(subscription, recorded, event),
            Some(_) | None => subscription,
        })
    }
}

/// Of which subscription an event of a person's stream is.
#[must_use]
pub const fn subscription_of(event: &SubscriptionEvent) -> SubscriptionId {
    match event {
        SubscriptionEvent::SubscriptionRequested(event) => event.subscription_id,
        SubscriptionEvent::SubscriptionStarted(event) => event.subscription_id,
        SubscriptionEvent::SubscriptionDeclined(event) => event.subscription_id,
        SubscriptionEvent::SubscriptionCancelled(event) => event.subscription_id,
        SubscriptionEvent::SubscriptionPaused(event) => event.subscription_id,
        SubscriptionEvent::SubscriptionResumed(event) => event.subscription_id,
        SubscriptionEvent::SubscriptionPlanChanged(event) => event.subscription_id,
        SubscriptionEvent::SubscriptionRenewed(event) => event.subscription_id,
        SubscriptionEvent::SubscriptionExpired(event) => event.subscription_id,
    }
}
