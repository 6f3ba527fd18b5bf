//! Subscriptions among the rights that [`super::explain_access`] tells of.

use domain::Subscription;
use events::{Event, Fold as _, Plan, RecordedEvent, SubscriptionEvent, SubscriptionStatus, Timestamp};
use read_models::subscription_of;

use super::explain_access::{Behind, GrantView};

/// The subscriptions whose plan opened a course at some time, the oldest first, with what happened to each. `opens` says
/// whether a plan opens the course; one that is taken later counts as well as the first.
pub(super) fn by_subscriptions(
    events: &[RecordedEvent],
    opens: impl Fn(Plan) -> bool,
    now: Timestamp,
) -> Vec<GrantView> {
    let (mut state, mut found) = (Subscription::default(), Vec::<GrantView>::new());
    for recorded in events {
        let Event::Subscription(event) = &recorded.event else { continue };
        state.apply(event);
        let Some(current) = &state.current else { continue };
        let id = current.subscription_id;
        if subscription_of(event) != id {
            continue;
        }
        if let Some(known) = found.iter_mut().find(|subscription| subscription.id == id.uuid()) {
            known.until = end_of(event, recorded.time, known.until);
            known.events.push(Behind::of(recorded));
            continue;
        }
        let takes_plan =
            matches!(event, SubscriptionEvent::SubscriptionStarted(_) | SubscriptionEvent::SubscriptionPlanChanged(_));
        if takes_plan && opens(current.plan) {
            let (since, id, events) = (recorded.time, id.uuid(), vec![Behind::of(recorded)]);
            found.push(GrantView { source: "subscription", id, live: false, since, until: None, events });
        }
    }
    let ran_out = state.current.as_ref().filter(|current| {
        // Nobody has noted it yet.
        current.status == SubscriptionStatus::Cancelled && current.renewal_date <= now
    });
    let live = state.plan_at(now).filter(|plan| opens(*plan)).and(state.current.as_ref());
    for subscription in &mut found {
        let ended = ran_out.filter(|current| current.subscription_id.uuid() == subscription.id);
        subscription.until = subscription.until.or(ended.map(|current| current.renewal_date));
        subscription.live = live.is_some_and(|live| live.subscription_id.uuid() == subscription.id);
    }
    found
}

/// When it was taken, after this event: a month that is paid for after all brings it back.
const fn end_of(event: &SubscriptionEvent, time: Timestamp, before: Option<Timestamp>) -> Option<Timestamp> {
    match event {
        SubscriptionEvent::SubscriptionExpired(_) => Some(time),
        SubscriptionEvent::SubscriptionRenewed(_) => None,
        SubscriptionEvent::SubscriptionRequested(_)
        | SubscriptionEvent::SubscriptionStarted(_)
        | SubscriptionEvent::SubscriptionDeclined(_)
        | SubscriptionEvent::SubscriptionCancelled(_)
        | SubscriptionEvent::SubscriptionPaused(_)
        | SubscriptionEvent::SubscriptionResumed(_)
        | SubscriptionEvent::SubscriptionPlanChanged(_) => before,
    }
}
