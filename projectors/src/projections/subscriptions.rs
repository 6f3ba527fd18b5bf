//! Projection `subscriptions`: what people have subscribed to.

use events::{Event, RecordedEvent, StoredEvent, SubscriptionEvent};
use read_models::{Collection, SUBSCRIPTIONS, SUBSCRIPTIONS_PROJECTION, Subscription, subscription_of};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collection `subscriptions`.
pub struct Subscriptions;

impl Projection for Subscriptions {
    fn name(&self) -> &'static str {
        SUBSCRIPTIONS_PROJECTION
    }

    fn version(&self) -> u32 {
        1
    }

    fn collections(&self) -> &'static [Collection] {
        &[SUBSCRIPTIONS]
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        of_subscriptions(&event.event).map(subscription_of).map(DocKey::of::<Subscription>).into_iter().collect()
    }

    fn unreadable_keys(&self, _event: &StoredEvent) -> Vec<DocKey> {
        // The stream is the person's: which of their subscriptions it is about can't be told.
        Vec::new()
    }

    fn fold(&self, recorded: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        let Some(event) = of_subscriptions(&recorded.event) else { return Ok(()) };
        let id = subscription_of(event);
        let before: Option<Subscription> = match event {
            SubscriptionEvent::SubscriptionRequested(_) => None,
            SubscriptionEvent::SubscriptionStarted(_)
            | SubscriptionEvent::SubscriptionDeclined(_)
            | SubscriptionEvent::SubscriptionCancelled(_)
            | SubscriptionEvent::SubscriptionPaused(_)
            | SubscriptionEvent::SubscriptionResumed(_)
            | SubscriptionEvent::SubscriptionPlanChanged(_)
            | SubscriptionEvent::SubscriptionRenewed(_)
            | SubscriptionEvent::SubscriptionExpired(_) => Some(docs.require(id)?),
        };
        match Subscription::after(before, recorded, event) {
            Some(subscription) => docs.put(subscription),
            None => docs.delete::<Subscription>(id),
        }
    }
}

fn of_subscriptions(event: &Event) -> Option<&SubscriptionEvent> {
    match event {
        Event::Subscription(event) => Some(event),
        Event::User(_)
        | Event::EmailClaim(_)
        | Event::Session(_)
        | Event::Course(_)
        | Event::AdminRoster(_)
        | Event::AuditAccess(_)
        | Event::ProjectionControl(_)
        | Event::Transaction(_)
        | Event::InvoiceSeries(_)
        | Event::Quiz(_)
        | Event::QuizAttempt(_)
        | Event::Enrollment(_)
        | Event::Access(_)
        | Event::Review(_)
        | Event::Certificate(_)
        | Event::Media(_) => None,
    }
}
