//! A subscriber takes another plan.

use events::{Money, Plan, SubscriptionEvent, SubscriptionPlanChanged, SubscriptionStatus, Timestamp};

use super::{Subscribed, Subscription};

/// Takes another plan: its courses at once, its price from the next month on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangePlan {
    /// Which.
    pub plan: Plan,
    /// What a month of it costs.
    pub amount_per_month: Money,
    /// When.
    pub now: Timestamp,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangePlanError {
    /// They have none.
    #[error("there is no subscription")]
    NoSubscription,
    /// It rests, or ends soon.
    #[error("the subscription's status does not allow it")]
    InvalidStatus,
}

impl Subscription {
    /// Decides [`ChangePlan`]. The plan that it is already makes no event.
    ///
    /// # Errors
    /// [`ChangePlanError`] says which.
    pub fn change_plan(&self, command: ChangePlan) -> Result<Vec<SubscriptionEvent>, ChangePlanError> {
        let ChangePlan { plan, amount_per_month, now } = command;
        let current = self.live_at(now).ok_or(ChangePlanError::NoSubscription)?;
        if current.status != SubscriptionStatus::Active {
            return Err(ChangePlanError::InvalidStatus);
        }
        let Subscribed { subscription_id, user_id, .. } = *current;
        let is_so = current.plan == plan && current.amount_per_month == amount_per_month;
        let changed = SubscriptionPlanChanged { subscription_id, user_id, plan, amount_per_month };
        Ok(if is_so { Vec::new() } else { vec![changed.into()] })
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{at, euros, plan_changed, subscribed, subscription_paused};

    #[test]
    fn an_active_one_changes() {
        let with_pause = [subscribed(), vec![subscription_paused()]].concat();
        for (given, plan, price, expected) in [
            (subscribed(), Plan::Enterprise, 4_990, Ok(vec![plan_changed()])),
            (subscribed(), Plan::Pro, 1_990, Ok(Vec::new())),
            (with_pause, Plan::Basic, 990, Err(ChangePlanError::InvalidStatus)),
            (Vec::new(), Plan::Basic, 990, Err(ChangePlanError::NoSubscription)),
        ] {
            let command = ChangePlan { plan, amount_per_month: euros(price), now: at(10) };
            let test = TestFramework::<Subscription>::with(()).given(given).when(command.into());
            match expected {
                Ok(events) => test.then_expect_events(events),
                Err(error) => test.then_expect_error(error.into()),
            }
        }
    }
}
