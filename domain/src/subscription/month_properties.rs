//! Months are counted from the day of the beginning, whatever months lie between.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use events::{Fold, SubscriptionEvent, SubscriptionStarted, Timestamp};
use proptest::prelude::*;

use super::{AnswerSubscription, RenewSubscription, Renewal, Subscription, SubscriptionAnswer};
use crate::fixtures::{subscription_id, subscription_requested};

fn day(year: i32, month: u32, day: u32) -> Timestamp {
    Timestamp::new(NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(8, 30, 0).unwrap().and_utc())
}

fn applied(subscription: &mut Subscription, events: Vec<SubscriptionEvent>) {
    events.iter().for_each(|event| subscription.apply(event));
}

/// The renewal dates of a subscription that begins then and is renewed so often, each time on the day.
fn dates(start: Timestamp, times: usize) -> Vec<Timestamp> {
    let mut subscription = Subscription::default();
    subscription.apply(&subscription_requested(1));
    let answer = SubscriptionAnswer::Started { provider_subscription_id: "sub_1".to_owned() };
    let command = AnswerSubscription { subscription_id: subscription_id(1), answer, now: start };
    let events = subscription.answer(command).unwrap();
    assert!(matches!(events[0], SubscriptionEvent::SubscriptionStarted(SubscriptionStarted { .. })));
    applied(&mut subscription, events);
    let mut dates = Vec::new();
    for _ in 0..times {
        let current = subscription.current.clone().unwrap();
        dates.push(current.renewal_date);
        let renewal = Renewal::Paid { renewals: current.renewals };
        let command = RenewSubscription { subscription_id: subscription_id(1), renewal, now: current.renewal_date };
        let events = subscription.renew(command).unwrap();
        assert_eq!(events.len(), 1);
        applied(&mut subscription, events);
    }
    dates
}

#[test]
fn the_last_day_of_a_month_comes_back() {
    assert_eq!(dates(day(2027, 1, 31), 3), [day(2027, 2, 28), day(2027, 3, 31), day(2027, 4, 30)]);
    assert_eq!(dates(day(2028, 1, 31), 2), [day(2028, 2, 29), day(2028, 3, 31)]);
    assert_eq!(dates(day(2027, 12, 15), 2), [day(2028, 1, 15), day(2028, 2, 15)]);
}

proptest! {
    #[test]
    fn each_month_has_one_renewal_on_the_day_of_the_beginning_or_its_last(seconds in 0..4_000_000_000_i64) {
        let start: DateTime<Utc> = DateTime::from_timestamp(seconds, 0).unwrap();
        let next = start.year() * 12 + start.month0().cast_signed() + 1;
        for (month, date) in (next..).zip(dates(Timestamp::new(start), 30)) {
            let date = date.utc();
            prop_assert_eq!(date.year() * 12 + date.month0().cast_signed(), month);
            prop_assert_eq!(date.time(), start.time());
            let is_last_day = (date + chrono::TimeDelta::days(1)).day() == 1;
            prop_assert!(date.day() == start.day() || (is_last_day && date.day() < start.day()));
        }
    }
}
