//! Somebody wants to subscribe.

use events::{
    Money, Plan, SubscriptionEnd, SubscriptionEvent, SubscriptionExpired, SubscriptionId, SubscriptionRequested,
    SubscriptionStatus, Timestamp, UserId,
};

use super::Subscription;

/// Asks for a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestSubscription {
    /// A new id.
    pub subscription_id: SubscriptionId,
    /// Who.
    pub user_id: UserId,
    /// To which plan.
    pub plan: Plan,
    /// What a month of it costs.
    pub amount_per_month: Money,
    /// The provider's name of the card.
    pub payment_method_id: String,
    /// When.
    pub now: Timestamp,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestSubscriptionError {
    /// They have one, or have just asked for one.
    #[error("they have a subscription")]
    AlreadySubscribed,
}

impl Subscription {
    /// Decides [`RequestSubscription`]. What has run out, and was not noted so yet, is noted with it.
    ///
    /// # Errors
    /// [`RequestSubscriptionError`] says which.
    pub fn request(&self, command: RequestSubscription) -> Result<Vec<SubscriptionEvent>, RequestSubscriptionError> {
        let RequestSubscription { subscription_id, user_id, plan, amount_per_month, payment_method_id, now } = command;
        if self.requested.is_some() || self.live_at(now).is_some() {
            return Err(RequestSubscriptionError::AlreadySubscribed);
        }
        let ran_out = self.current.as_ref().filter(|current| current.status != SubscriptionStatus::Expired);
        let expired = ran_out.map(|current| {
            let (subscription_id, reason) = (current.subscription_id, SubscriptionEnd::RanOut);
            SubscriptionExpired { subscription_id, user_id, reason, provider_event: None }.into()
        });
        let requested = SubscriptionRequested { subscription_id, user_id, plan, amount_per_month, payment_method_id };
        Ok(expired.into_iter().chain([requested.into()]).collect())
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{
        MONTH, at, euros, subscribed, subscription_cancelled, subscription_expired, subscription_id,
        subscription_paused, subscription_requested, user_id,
    };

    #[test]
    fn one_subscription_at_a_time() {
        let with = |event| [subscribed(), vec![event]].concat();
        let again = || vec![subscription_requested(2)];
        let taken = Err(RequestSubscriptionError::AlreadySubscribed);
        for (given, seconds, expected) in [
            (Vec::new(), 0, Ok(again())),
            (vec![subscription_requested(1)], 0, taken.clone()),
            (subscribed(), 10, taken.clone()),
            (subscribed(), MONTH + 10, taken.clone()),
            (with(subscription_paused()), 10, taken.clone()),
            (with(subscription_cancelled()), MONTH - 1, taken),
            (
                with(subscription_cancelled()),
                MONTH,
                Ok([vec![subscription_expired(SubscriptionEnd::RanOut)], again()].concat()),
            ),
            (with(subscription_expired(SubscriptionEnd::PaymentFailed)), 10, Ok(again())),
        ] {
            let command = RequestSubscription {
                subscription_id: subscription_id(2),
                user_id: user_id(5),
                plan: Plan::Pro,
                amount_per_month: euros(1_990),
                payment_method_id: "pm_card_visa".to_owned(),
                now: at(seconds),
            };
            let test = TestFramework::<Subscription>::with(()).given(given).when(command.into());
            match expected {
                Ok(events) => test.then_expect_events(events),
                Err(error) => test.then_expect_error(error.into()),
            }
        }
    }
}
