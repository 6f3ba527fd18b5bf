//! A subscriber ends their subscription, lets it rest, or lets it go on.

use events::{
    SubscriptionCancelled, SubscriptionEnd, SubscriptionEvent, SubscriptionExpired, SubscriptionPaused,
    SubscriptionResumed, SubscriptionStatus, Timestamp,
};

use super::{Subscribed, Subscription};

/// Takes a step in a subscription's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepSubscription {
    /// Which.
    pub step: SubscriptionStep,
    /// When.
    pub now: Timestamp,
}

/// What a subscriber may do with their subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionStep {
    /// It ends with what is paid for.
    Cancel,
    /// It opens nothing, and nothing is paid, until it goes on.
    Pause,
    /// It goes on after a pause, or the cancellation is taken back.
    Resume,
    /// Its owner is erased: it ends at once.
    Erase,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepSubscriptionError {
    /// They have none.
    #[error("there is no subscription")]
    NoSubscription,
    /// From where it stands that step can't be taken.
    #[error("the subscription's status does not allow it")]
    InvalidStatus,
}

impl Subscription {
    /// Decides [`StepSubscription`].
    ///
    /// # Errors
    /// [`StepSubscriptionError`] says which.
    pub fn step(&self, command: StepSubscription) -> Result<Vec<SubscriptionEvent>, StepSubscriptionError> {
        let StepSubscription { step, now } = command;
        let current = self.live_at(now).ok_or(StepSubscriptionError::NoSubscription)?;
        let Subscribed { subscription_id, user_id, .. } = *current;
        let provider_event = None;
        match (step, current.status) {
            (SubscriptionStep::Cancel, SubscriptionStatus::Active | SubscriptionStatus::Paused) => {
                Ok(vec![SubscriptionCancelled { subscription_id, user_id, cancelled_at: now, provider_event }.into()])
            }
            (SubscriptionStep::Pause, SubscriptionStatus::Active) => {
                Ok(vec![SubscriptionPaused { subscription_id, user_id, provider_event }.into()])
            }
            (SubscriptionStep::Resume, SubscriptionStatus::Paused | SubscriptionStatus::Cancelled) => {
                // What was paid for has run out during the pause: the next month begins now, and is due.
                let counted_from = (current.renewal_date <= now).then_some(now);
                Ok(vec![SubscriptionResumed { subscription_id, user_id, counted_from, provider_event }.into()])
            }
            (SubscriptionStep::Erase, _) => {
                let reason = SubscriptionEnd::Erased;
                Ok(vec![SubscriptionExpired { subscription_id, user_id, reason, provider_event }.into()])
            }
            (
                SubscriptionStep::Cancel | SubscriptionStep::Pause | SubscriptionStep::Resume,
                SubscriptionStatus::Active
                | SubscriptionStatus::Paused
                | SubscriptionStatus::Cancelled
                | SubscriptionStatus::Expired,
            ) => Err(StepSubscriptionError::InvalidStatus),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{
        MONTH, at, subscribed, subscription_cancelled, subscription_expired, subscription_paused, subscription_resumed,
    };
    use cqrs_es::test::TestFramework;

    fn check(
        more: Option<SubscriptionEvent>,
        step: SubscriptionStep,
        seconds: i64,
        expected: Result<SubscriptionEvent, StepSubscriptionError>,
    ) {
        let given = subscribed().into_iter().chain(more).collect();
        let command = StepSubscription { step, now: at(seconds) };
        let test = TestFramework::<Subscription>::with(()).given(given).when(command.into());
        match expected {
            Ok(event) => test.then_expect_events(vec![event]),
            Err(error) => test.then_expect_error(error.into()),
        }
    }

    #[test]
    fn each_step_has_its_statuses() {
        use SubscriptionStep::{Cancel, Erase, Pause, Resume};
        let invalid = || Err(StepSubscriptionError::InvalidStatus);
        let (paused, cancelled) = (|| Some(subscription_paused()), || Some(subscription_cancelled()));
        let erased = || Ok(subscription_expired(SubscriptionEnd::Erased));
        [None, paused(), cancelled()].into_iter().for_each(|more| check(more, Erase, 10, erased()));
        check(None, Cancel, 10, Ok(subscription_cancelled()));
        check(paused(), Cancel, 10, Ok(subscription_cancelled()));
        check(cancelled(), Cancel, 20, invalid());
        check(None, Pause, 10, Ok(subscription_paused()));
        check(paused(), Pause, 10, invalid());
        check(cancelled(), Pause, 20, invalid());
        check(None, Resume, 10, invalid());
        check(paused(), Resume, 20, Ok(subscription_resumed(None)));
        check(paused(), Resume, 3 * MONTH, Ok(subscription_resumed(Some(3 * MONTH))));
        check(cancelled(), Resume, MONTH - 1, Ok(subscription_resumed(None)));
    }

    #[test]
    fn there_must_be_one() {
        let none = || Err(StepSubscriptionError::NoSubscription);
        for step in
            [SubscriptionStep::Cancel, SubscriptionStep::Pause, SubscriptionStep::Resume, SubscriptionStep::Erase]
        {
            check(Some(subscription_cancelled()), step, MONTH, none());
            check(Some(subscription_expired(SubscriptionEnd::PaymentFailed)), step, 10, none());
            TestFramework::<Subscription>::with(())
                .given_no_previous_events()
                .when(StepSubscription { step, now: at(0) }.into())
                .then_expect_error(StepSubscriptionError::NoSubscription.into());
        }
    }
}
