//! The provider says how a subscription is going, in messages that may come late, twice, or before earlier ones.

use events::{
    ProviderEvent, SubscriptionCancelled, SubscriptionEnd, SubscriptionEvent, SubscriptionExpired, SubscriptionPaused,
    SubscriptionRenewed, SubscriptionResumed, SubscriptionStatus, Timestamp,
};

use super::{Subscribed, Subscription};

/// Takes in a message of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HearOfSubscription {
    /// The provider's name of the subscription.
    pub provider_subscription_id: String,
    /// What it says.
    pub news: SubscriptionNews,
    /// The message.
    pub provider_event: ProviderEvent,
    /// When it was heard.
    pub now: Timestamp,
}

/// What a provider may say of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionNews {
    /// Another month is paid for.
    InvoicePaid {
        /// The provider's name of the invoice, when it says it.
        invoice_id: Option<String>,
        /// Until when, when it says so.
        paid_until: Option<Timestamp>,
    },
    /// A month could not be paid for.
    InvoiceFailed {
        /// The provider's name of the invoice, when it says it.
        invoice_id: Option<String>,
    },
    /// Where it stands.
    Stands(SubscriptionStatus),
    /// The provider has ended it.
    Deleted,
}

/// There is no reason not to: what means nothing has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HearOfSubscriptionError {}

impl Subscription {
    /// Decides [`HearOfSubscription`]. What was heard before, comes too late, or is of another subscription makes no
    /// event.
    ///
    /// # Errors
    /// Never.
    pub fn hear(&self, command: HearOfSubscription) -> Result<Vec<SubscriptionEvent>, HearOfSubscriptionError> {
        let HearOfSubscription { provider_subscription_id, news, provider_event, now } = command;
        let is_meant = |current: &&Subscribed| {
            current.provider_subscription_id == provider_subscription_id && !current.seen.contains(&provider_event.id)
        };
        let current = self.current.as_ref().filter(is_meant);
        Ok(current.and_then(|current| current.moved_by(news, provider_event, now)).into_iter().collect())
    }
}

impl Subscribed {
    fn moved_by(&self, news: SubscriptionNews, event: ProviderEvent, now: Timestamp) -> Option<SubscriptionEvent> {
        let Self { subscription_id, user_id, status, .. } = *self;
        let is_over = status == SubscriptionStatus::Expired;
        match news {
            SubscriptionNews::InvoicePaid { invoice_id, paid_until } => {
                let is_known = invoice_id.as_ref().is_some_and(|id| self.paid_invoices.contains(id));
                // Who pays after all has it again; what the provider has ended is over.
                let may_go_on = !is_over || self.end == Some(SubscriptionEnd::PaymentFailed);
                let later = paid_until.filter(|until| *until > self.renewal_date);
                let renewal_date = later.unwrap_or_else(|| self.next_renewal_date());
                let (amount, provider_event) = (self.amount_per_month, Some(event));
                (may_go_on && !is_known).then(|| {
                    let provider_invoice_id = invoice_id;
                    SubscriptionRenewed {
                        subscription_id,
                        user_id,
                        amount,
                        renewal_date,
                        provider_invoice_id,
                        provider_event,
                    }
                    .into()
                })
            }
            SubscriptionNews::InvoiceFailed { invoice_id } => {
                let was_paid = invoice_id.as_ref().is_some_and(|id| self.paid_invoices.contains(id));
                let reason = SubscriptionEnd::PaymentFailed;
                (status == SubscriptionStatus::Active && !was_paid).then(|| {
                    SubscriptionExpired { subscription_id, user_id, reason, provider_event: Some(event) }.into()
                })
            }
            SubscriptionNews::Deleted => (!is_over).then(|| {
                let reason = SubscriptionEnd::Provider;
                SubscriptionExpired { subscription_id, user_id, reason, provider_event: Some(event) }.into()
            }),
            SubscriptionNews::Stands(standing) => self.brought_to(standing, event, now),
        }
    }

    /// To where the provider says that it stands, unless it has said otherwise since.
    fn brought_to(&self, to: SubscriptionStatus, event: ProviderEvent, now: Timestamp) -> Option<SubscriptionEvent> {
        let Self { subscription_id, user_id, status, .. } = *self;
        let is_old = event.created_at.is_some_and(|created| self.heard_until.is_some_and(|heard| created < heard));
        if is_old || status == to || status == SubscriptionStatus::Expired {
            return None;
        }
        let provider_event = Some(event);
        Some(match to {
            SubscriptionStatus::Active => {
                let counted_from = (self.renewal_date <= now).then_some(now);
                SubscriptionResumed { subscription_id, user_id, counted_from, provider_event }.into()
            }
            SubscriptionStatus::Paused => SubscriptionPaused { subscription_id, user_id, provider_event }.into(),
            SubscriptionStatus::Cancelled => {
                SubscriptionCancelled { subscription_id, user_id, cancelled_at: now, provider_event }.into()
            }
            SubscriptionStatus::Expired => {
                let reason = SubscriptionEnd::Provider;
                SubscriptionExpired { subscription_id, user_id, reason, provider_event }.into()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{TWO_MONTHS, at, provider_event, subscribed, subscription_renewed};

    fn heard(given: Vec<SubscriptionEvent>, news: SubscriptionNews, id: &str, created: i64) -> Vec<SubscriptionEvent> {
        let command = HearOfSubscription {
            provider_subscription_id: "sub_1".to_owned(),
            news,
            provider_event: provider_event(id, created),
            now: at(50),
        };
        TestFramework::<Subscription>::with(()).given(given).when(command.into()).inspect_result().unwrap()
    }

    /// All that has happened after these messages, in this order.
    fn after(messages: &[(SubscriptionNews, &str, i64)]) -> Subscribed {
        use events::Fold;
        let mut events = subscribed();
        for (news, id, created) in messages {
            let more = heard(events.clone(), news.clone(), id, *created);
            events.extend(more);
        }
        let mut subscription = Subscription::default();
        events.iter().for_each(|event| subscription.apply(event));
        subscription.current.unwrap()
    }

    fn paid(invoice: &str) -> SubscriptionNews {
        SubscriptionNews::InvoicePaid { invoice_id: Some(invoice.to_owned()), paid_until: None }
    }

    fn failed(invoice: &str) -> SubscriptionNews {
        SubscriptionNews::InvoiceFailed { invoice_id: Some(invoice.to_owned()) }
    }

    #[test]
    fn an_invoice_is_paid_once_whatever_was_said_of_it() {
        for messages in [
            vec![(paid("in_1"), "evt_1", 1)],
            vec![(paid("in_1"), "evt_1", 1), (paid("in_1"), "evt_1", 1)],
            vec![(paid("in_1"), "evt_1", 1), (paid("in_1"), "evt_2", 2)],
            vec![(failed("in_1"), "evt_1", 1), (paid("in_1"), "evt_2", 2)],
            vec![(paid("in_1"), "evt_2", 2), (failed("in_1"), "evt_1", 1)],
        ] {
            let state = after(&messages);
            assert_eq!(
                (state.status, state.renewal_date),
                (SubscriptionStatus::Active, at(TWO_MONTHS)),
                "{messages:?}"
            );
        }
        assert_eq!(after(&[(failed("in_1"), "evt_1", 1)]).status, SubscriptionStatus::Expired);
        let deleted = (SubscriptionNews::Deleted, "evt_1", 1);
        assert_eq!(after(&[deleted, (paid("in_1"), "evt_2", 2)]).status, SubscriptionStatus::Expired);
    }

    #[test]
    fn the_latest_word_on_where_it_stands_counts() {
        use SubscriptionStatus::{Active, Cancelled, Paused};
        let stands = |status, id: &'static str, at| (SubscriptionNews::Stands(status), id, at);
        assert_eq!(after(&[stands(Cancelled, "evt_1", 1), stands(Active, "evt_2", 2)]).status, Active);
        assert_eq!(after(&[stands(Paused, "evt_2", 2), stands(Cancelled, "evt_1", 1)]).status, Paused);
        assert_eq!(after(&[stands(Paused, "evt_1", 1), stands(Paused, "evt_1", 1)]).status, Paused);
    }

    #[test]
    fn another_subscription_is_not_meant() {
        let command = HearOfSubscription {
            provider_subscription_id: "sub_2".to_owned(),
            news: SubscriptionNews::Deleted,
            provider_event: provider_event("evt_1", 1),
            now: at(50),
        };
        TestFramework::<Subscription>::with(())
            .given([subscribed(), vec![subscription_renewed(TWO_MONTHS)]].concat())
            .when(command.into())
            .then_expect_events(Vec::new());
    }
}
