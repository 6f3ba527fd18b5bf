//! The provider says whether the first month is paid for.

use events::{SubscriptionDeclined, SubscriptionEvent, SubscriptionId, SubscriptionStarted, Timestamp};

use super::Subscription;

/// Takes in the provider's answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerSubscription {
    /// The request.
    pub subscription_id: SubscriptionId,
    /// The answer.
    pub answer: SubscriptionAnswer,
    /// When.
    pub now: Timestamp,
}

/// What a provider answers to who wants to subscribe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionAnswer {
    /// The first month is paid for.
    Started {
        /// The provider's name of the subscription.
        provider_subscription_id: String,
    },
    /// It is not, for this reason.
    Declined(String),
}

/// Why it means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerSubscriptionError {
    /// A month later is outside the calendar.
    #[error("there is no such month")]
    OutsideCalendar,
}

impl Subscription {
    /// Decides [`AnswerSubscription`]. What is answered already makes no event.
    ///
    /// # Errors
    /// [`AnswerSubscriptionError`] says which.
    pub fn answer(&self, command: AnswerSubscription) -> Result<Vec<SubscriptionEvent>, AnswerSubscriptionError> {
        let AnswerSubscription { subscription_id, answer, now } = command;
        let Some(requested) = self.requested.as_ref().filter(|asked| asked.subscription_id == subscription_id) else {
            return Ok(Vec::new());
        };
        let user_id = requested.user_id;
        Ok(vec![match answer {
            SubscriptionAnswer::Started { provider_subscription_id } => {
                let renewal_date = now.plus_months(1).ok_or(AnswerSubscriptionError::OutsideCalendar)?;
                let started_at = now;
                SubscriptionStarted { subscription_id, user_id, provider_subscription_id, started_at, renewal_date }
                    .into()
            }
            SubscriptionAnswer::Declined(code) => SubscriptionDeclined { subscription_id, user_id, code }.into(),
        }])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{
        at, subscribed, subscription_declined, subscription_id, subscription_requested, subscription_started,
    };

    #[test]
    fn a_request_is_answered_once() {
        let started = || SubscriptionAnswer::Started { provider_subscription_id: "sub_1".to_owned() };
        let declined = || SubscriptionAnswer::Declined("card_declined".to_owned());
        for (given, answer, expected) in [
            (vec![subscription_requested(1)], started(), vec![subscription_started()]),
            (vec![subscription_requested(1)], declined(), vec![subscription_declined()]),
            (subscribed(), declined(), Vec::new()),
            (vec![subscription_requested(1), subscription_declined()], started(), Vec::new()),
            (vec![subscription_requested(2)], started(), Vec::new()),
        ] {
            let command = AnswerSubscription { subscription_id: subscription_id(1), answer, now: at(0) };
            TestFramework::<Subscription>::with(()).given(given).when(command.into()).then_expect_events(expected);
        }
    }
}
