//! A subscription's renewal date has come.

use events::{
    SubscriptionEnd, SubscriptionEvent, SubscriptionExpired, SubscriptionId, SubscriptionRenewed, SubscriptionStatus,
    Timestamp,
};

use super::{Subscribed, Subscription};

/// Renews a subscription, or ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewSubscription {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// How it went.
    pub renewal: Renewal,
    /// When.
    pub now: Timestamp,
}

/// How a renewal went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The next month is paid for.
    Paid {
        /// How often it had been renewed when the money was asked for: what was paid once counts once.
        renewals: u32,
    },
    /// It could not be paid for.
    Failed {
        /// As above.
        renewals: u32,
    },
    /// Nothing had to be paid: it was cancelled, and ends.
    RunOut,
}

/// There is no reason not to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenewSubscriptionError {}

impl Subscribed {
    /// Whether a month is due to be paid for.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.status == SubscriptionStatus::Active && self.renewal_date <= now
    }
}

impl Subscription {
    /// Decides [`RenewSubscription`]. What has been done already, or is not due, makes no event.
    ///
    /// # Errors
    /// Never.
    pub fn renew(&self, command: RenewSubscription) -> Result<Vec<SubscriptionEvent>, RenewSubscriptionError> {
        let RenewSubscription { subscription_id, renewal, now } = command;
        let Some(current) = self.current.as_ref().filter(|current| current.subscription_id == subscription_id) else {
            return Ok(Vec::new());
        };
        let expired = |reason| {
            let user_id = current.user_id;
            vec![SubscriptionExpired { subscription_id, user_id, reason, provider_event: None }.into()]
        };
        let is_next = |renewals| current.renewal_date <= now && current.renewals == renewals;
        Ok(match renewal {
            // Also when it was cancelled or paused while the provider was asked: the money is there, and buys its month.
            Renewal::Paid { renewals } if is_next(renewals) && current.status != SubscriptionStatus::Expired => {
                let (user_id, amount) = (current.user_id, current.amount_per_month);
                let renewal_date = current.next_renewal_date();
                let (provider_invoice_id, provider_event) = (None, None);
                vec![
                    SubscriptionRenewed {
                        subscription_id,
                        user_id,
                        amount,
                        renewal_date,
                        provider_invoice_id,
                        provider_event,
                    }
                    .into(),
                ]
            }
            Renewal::Failed { renewals } if is_next(renewals) && current.is_due(now) => {
                expired(SubscriptionEnd::PaymentFailed)
            }
            Renewal::RunOut if current.status == SubscriptionStatus::Cancelled && current.renewal_date <= now => {
                expired(SubscriptionEnd::RanOut)
            }
            Renewal::Paid { .. } | Renewal::Failed { .. } | Renewal::RunOut => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{
        MONTH, TWO_MONTHS, at, subscribed, subscription_cancelled, subscription_expired, subscription_id,
        subscription_paused, subscription_renewed,
    };

    fn check(more: Vec<SubscriptionEvent>, renewal: Renewal, seconds: i64, expected: Vec<SubscriptionEvent>) {
        let given = [subscribed(), more].concat();
        let command = RenewSubscription { subscription_id: subscription_id(1), renewal, now: at(seconds) };
        TestFramework::<Subscription>::with(()).given(given).when(command.into()).then_expect_events(expected);
    }

    #[test]
    fn a_month_is_paid_for_once_and_not_before_its_time() {
        let first = Renewal::Paid { renewals: 0 };
        check(Vec::new(), first, MONTH - 1, Vec::new());
        check(Vec::new(), first, MONTH, vec![subscription_renewed(TWO_MONTHS)]);
        check(vec![subscription_renewed(TWO_MONTHS)], first, TWO_MONTHS, Vec::new());
        check(vec![subscription_expired(SubscriptionEnd::Erased)], first, MONTH, Vec::new());
        for meanwhile in [subscription_paused(), subscription_cancelled()] {
            check(vec![meanwhile.clone()], first, MONTH - 1, Vec::new());
            check(vec![meanwhile], first, MONTH, vec![subscription_renewed(TWO_MONTHS)]);
        }
    }

    #[test]
    fn what_is_not_paid_for_and_what_was_cancelled_ends() {
        let failed = Renewal::Failed { renewals: 0 };
        check(Vec::new(), failed, MONTH, vec![subscription_expired(SubscriptionEnd::PaymentFailed)]);
        check(Vec::new(), failed, MONTH - 1, Vec::new());
        check(vec![subscription_paused()], failed, MONTH, Vec::new());
        check(vec![subscription_cancelled()], failed, MONTH, Vec::new());
        check(vec![subscription_cancelled()], Renewal::RunOut, MONTH - 1, Vec::new());
        check(
            vec![subscription_cancelled()],
            Renewal::RunOut,
            MONTH,
            vec![subscription_expired(SubscriptionEnd::RanOut)],
        );
        check(Vec::new(), Renewal::RunOut, MONTH, Vec::new());
    }
}
