//! Subscriptions: one stream for each person, so that nobody has two at a time.

mod plans;
mod state;

#[cfg(feature = "decide")]
mod answer_subscription;
#[cfg(feature = "decide")]
mod change_plan;
#[cfg(feature = "decide")]
mod hear_of_subscription;
#[cfg(feature = "decide")]
mod renew_subscription;
#[cfg(feature = "decide")]
mod request_subscription;
#[cfg(feature = "decide")]
mod step_subscription;

pub use plans::{PlanOffer, Plans};
pub use state::{Subscribed, Subscription};

#[cfg(feature = "decide")]
pub use {
    answer_subscription::{AnswerSubscription, AnswerSubscriptionError, SubscriptionAnswer},
    change_plan::{ChangePlan, ChangePlanError},
    hear_of_subscription::{HearOfSubscription, HearOfSubscriptionError, SubscriptionNews},
    renew_subscription::{RenewSubscription, RenewSubscriptionError, Renewal},
    request_subscription::{RequestSubscription, RequestSubscriptionError},
    step_subscription::{StepSubscription, StepSubscriptionError, SubscriptionStep},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Subscription, SubscriptionCommand, SubscriptionError {
        RequestSubscription(RequestSubscriptionError) by request,
        AnswerSubscription(AnswerSubscriptionError) by answer,
        StepSubscription(StepSubscriptionError) by step,
        ChangePlan(ChangePlanError) by change_plan,
        RenewSubscription(RenewSubscriptionError) by renew,
        HearOfSubscription(HearOfSubscriptionError) by hear,
    }
}

#[cfg(test)]
mod month_properties;
