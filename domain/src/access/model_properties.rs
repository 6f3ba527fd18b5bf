//! Whatever happens to payments and subscriptions, in whatever order, a course is open to a person exactly when a model
//! says so that knows nothing of grants: when something was paid for, did not go back and is not with the bank, or when a
//! subscription is paid for and does not rest.
//!
//! The streams are folded as the commits of the Payment service write them: what follows from a payment's move is decided
//! and applied with it.

use std::collections::BTreeMap;

use events::{
    Fold, GrantId, Money, PaymentMethod, Plan, RefundCause, SubscriptionStatus, Timestamp, TransactionId,
    TransactionStatus,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::{
    Access, ClosePurchase, GrantAccess, GrantReason, OpenPurchase, ReinstateAccess, RevocationReason, RevokeAccess,
    SuspendAccess,
};
use crate::fixtures::{at, course_id, euros, provider_event, subscription_id, transaction_id, user_id};
use crate::subscription::{
    AnswerSubscription, HearOfSubscription, RenewSubscription, Renewal, RequestSubscription, StepSubscription,
    SubscriptionAnswer, SubscriptionNews, SubscriptionStep,
};
use crate::transaction::{Dispute, HearProvider, PaymentNews, StartPayment};
use crate::{Subscription, Transaction};

/// What may happen. Numbers say to which of the payments that there are.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Purchase,
    Succeeds(usize),
    Fails(usize),
    Refunded(usize),
    PartlyRefunded(usize),
    Disputed(usize),
    DisputeWon(usize),
    DisputeLost(usize),
    Subscribe,
    FirstMonthPaid,
    FirstMonthDeclined,
    Step(SubscriptionStep),
    RenewalPaid,
    RenewalFailed,
    RunsOut,
    EndedByProvider,
    DaysPass(i64),
}

fn happening() -> impl Strategy<Value = Happening> {
    let which = || 0..6_usize;
    let step = prop_oneof![
        Just(SubscriptionStep::Cancel),
        Just(SubscriptionStep::Pause),
        Just(SubscriptionStep::Resume),
        Just(SubscriptionStep::Resume),
        Just(SubscriptionStep::Erase),
    ];
    let of_payments = prop_oneof![
        3 => Just(Happening::Purchase),
        4 => which().prop_map(Happening::Succeeds),
        1 => which().prop_map(Happening::Fails),
        1 => which().prop_map(Happening::Refunded),
        1 => which().prop_map(Happening::PartlyRefunded),
        2 => which().prop_map(Happening::Disputed),
        1 => which().prop_map(Happening::DisputeWon),
        1 => which().prop_map(Happening::DisputeLost),
    ];
    let of_subscriptions = prop_oneof![
        3 => Just(Happening::Subscribe),
        3 => Just(Happening::FirstMonthPaid),
        1 => Just(Happening::FirstMonthDeclined),
        4 => step.prop_map(Happening::Step),
        3 => Just(Happening::RenewalPaid),
        1 => Just(Happening::RenewalFailed),
        1 => Just(Happening::RunsOut),
        1 => Just(Happening::EndedByProvider),
        4 => (1..40_i64).prop_map(Happening::DaysPass),
    ];
    prop_oneof![of_payments, of_subscriptions]
}

/// The streams of one person and one course.
#[derive(Clone, Debug, Default, PartialEq)]
struct Streams {
    access: Access,
    payments: BTreeMap<TransactionId, Transaction>,
    subscription: Subscription,
    subscriptions_begun: u128,
}

impl Streams {
    fn is_open(&self, now: Timestamp) -> bool {
        self.access.is_open() || self.subscription.plan_at(now).is_some()
    }

    fn take_in<E>(&mut self, decided: Result<Vec<events::AccessEvent>, E>)
    where
        E: std::fmt::Debug,
    {
        for event in decided.unwrap() {
            self.access.apply(&event);
        }
    }

    fn subscription_moves<E>(&mut self, decided: Result<Vec<events::SubscriptionEvent>, E>) {
        // A refusal is no move.
        for event in decided.into_iter().flatten() {
            self.subscription.apply(&event);
        }
    }

    fn happens(&mut self, happening: Happening, message: usize, now: Timestamp) {
        let current = self.subscription.current.as_ref();
        let (id, renewals) = current.map_or((subscription_id(0), 0), |one| (one.subscription_id, one.renewals));
        let renew = |renewal| RenewSubscription { subscription_id: id, renewal, now };
        match happening {
            Happening::Purchase => self.purchase(now),
            Happening::Succeeds(n) => self.hears(n, PaymentNews::Succeeded, message, now),
            Happening::Fails(n) => self.hears(n, PaymentNews::Failed("card_declined".to_owned()), message, now),
            Happening::Refunded(n) => self.hears(n, PaymentNews::Refunded(RefundCause::Provider), message, now),
            Happening::PartlyRefunded(n) => self.hears(n, PaymentNews::PartlyRefunded(euros(700)), message, now),
            Happening::Disputed(n) => self.hears(n, PaymentNews::Disputed, message, now),
            Happening::DisputeWon(n) => self.hears(n, PaymentNews::DisputeWon, message, now),
            Happening::DisputeLost(n) => self.hears(n, PaymentNews::Refunded(RefundCause::DisputeLost), message, now),
            Happening::Subscribe => self.subscribe(now),
            Happening::FirstMonthPaid => {
                let name = format!("sub_{}", self.subscriptions_begun);
                self.answer(SubscriptionAnswer::Started { provider_subscription_id: name }, now);
            }
            Happening::FirstMonthDeclined => self.answer(SubscriptionAnswer::Declined("card_declined".to_owned()), now),
            Happening::Step(step) => {
                let decided = self.subscription.step(StepSubscription { step, now });
                self.subscription_moves(decided);
            }
            Happening::RenewalPaid => {
                let decided = self.subscription.renew(renew(Renewal::Paid { renewals }));
                self.subscription_moves(decided);
            }
            Happening::RenewalFailed => {
                let decided = self.subscription.renew(renew(Renewal::Failed { renewals }));
                self.subscription_moves(decided);
            }
            Happening::RunsOut => {
                let decided = self.subscription.renew(renew(Renewal::RunOut));
                self.subscription_moves(decided);
            }
            Happening::EndedByProvider => {
                let name = current.map(|one| one.provider_subscription_id.clone());
                let heard = HearOfSubscription {
                    provider_subscription_id: name.unwrap_or_default(),
                    news: SubscriptionNews::Deleted,
                    provider_event: provider_event(&format!("evt_{message}"), 0),
                    now,
                };
                let decided = self.subscription.hear(heard);
                self.subscription_moves(decided);
            }
            Happening::DaysPass(_) => {}
        }
    }

    fn purchase(&mut self, now: Timestamp) {
        let (user_id, course_id) = (user_id(5), course_id());
        let transaction_id = transaction_id(self.payments.len() as u128);
        let Ok(opened) = self.access.open_purchase(OpenPurchase { transaction_id, user_id, course_id }) else { return };
        opened.iter().for_each(|event| self.access.apply(event));
        let (method, payment_method_id) = (PaymentMethod::Card, Some("pm_card_visa".to_owned()));
        let (price, is_free): (Money, bool) = (euros(4_990), false);
        let start = StartPayment { transaction_id, user_id, course_id, price, is_free, method, payment_method_id, now };
        let mut transaction = Transaction::default();
        for event in transaction.start(start).unwrap() {
            transaction.apply(&event);
        }
        self.payments.insert(transaction_id, transaction);
    }

    fn hears(&mut self, n: usize, news: PaymentNews, message: usize, now: Timestamp) {
        let transaction_id = transaction_id(n as u128);
        let Some(transaction) = self.payments.get_mut(&transaction_id) else { return };
        let before = transaction.payment.clone().unwrap();
        let is_lost = news == PaymentNews::Refunded(RefundCause::DisputeLost);
        let provider_event_id = Some(format!("evt_{message}"));
        let command = HearProvider { news, payment_intent_id: None, provider_event_id, now };
        for event in transaction.hear_provider(command).unwrap() {
            transaction.apply(&event);
        }
        let after = transaction.payment.clone().unwrap();
        let (user_id, course_id) = (after.user_id, after.course_id);
        let closed = ClosePurchase { transaction_id, user_id, course_id };
        let granted = self.access.bought_by(transaction_id).map(|grant| grant.grant_id);
        match after.status {
            status if status == before.status => {
                let Some(grant_id) = granted.filter(|_| before.dispute != after.dispute) else { return };
                let decided = match after.dispute {
                    Dispute::Open => self.access.suspend(SuspendAccess { grant_id }).unwrap(),
                    Dispute::Closed | Dispute::None => self.access.reinstate(ReinstateAccess { grant_id }).unwrap(),
                };
                decided.iter().for_each(|event| self.access.apply(event));
            }
            TransactionStatus::Completed => {
                let grant_id = GrantId::new(Uuid::from_u128(n as u128));
                let reason = GrantReason::Purchase(transaction_id);
                self.take_in(self.access.grant(GrantAccess { grant_id, user_id, course_id, reason }));
                if after.dispute == Dispute::Open {
                    self.take_in(self.access.suspend(SuspendAccess { grant_id }));
                }
            }
            TransactionStatus::Failed => self.take_in(self.access.close_purchase(closed)),
            TransactionStatus::Refunded => {
                self.take_in(self.access.close_purchase(closed));
                if let Some(grant_id) = granted {
                    let reason = if is_lost { RevocationReason::DisputeLost } else { RevocationReason::Refunded };
                    self.take_in(self.access.revoke(RevokeAccess { grant_id, reason }));
                }
            }
            TransactionStatus::Pending => unreachable!("nothing goes back to where it began"),
        }
    }

    fn subscribe(&mut self, now: Timestamp) {
        let request = RequestSubscription {
            subscription_id: subscription_id(self.subscriptions_begun + 1),
            user_id: user_id(5),
            plan: Plan::Pro,
            amount_per_month: euros(1_990),
            payment_method_id: "pm_card_visa".to_owned(),
            now,
        };
        if let Ok(decided) = self.subscription.request(request) {
            self.subscriptions_begun += 1;
            decided.iter().for_each(|event| self.subscription.apply(event));
        }
    }

    fn answer(&mut self, answer: SubscriptionAnswer, now: Timestamp) {
        let subscription_id = subscription_id(self.subscriptions_begun);
        let decided = self.subscription.answer(AnswerSubscription { subscription_id, answer, now });
        self.subscription_moves(decided);
    }
}

/// The money of a purchase, in the model's words.
#[derive(Clone, Copy, Default)]
struct Bought {
    paid: bool,
    failed: bool,
    gone_back: bool,
    /// Whether it is with the bank; none before the bank has said anything.
    at_bank: Option<bool>,
}

/// A subscription, in the model's words.
#[derive(Clone, Copy)]
struct Months {
    from: Timestamp,
    paid: u32,
    rests: bool,
    cancelled: bool,
    over: bool,
}

impl Months {
    fn paid_until(&self) -> Timestamp {
        self.from.plus_months(self.paid).unwrap()
    }

    /// Whether nobody may subscribe again.
    fn lives(&self, now: Timestamp) -> bool {
        !self.over && (!self.cancelled || now < self.paid_until())
    }

    fn is_due(&self, now: Timestamp) -> bool {
        !self.over && !self.cancelled && !self.rests && self.paid_until() <= now
    }

    fn step(&mut self, step: SubscriptionStep, now: Timestamp) {
        match step {
            SubscriptionStep::Erase => self.over = true,
            SubscriptionStep::Cancel => (self.cancelled, self.rests) = (true, false),
            SubscriptionStep::Pause => self.rests |= !self.cancelled,
            SubscriptionStep::Resume if self.rests || self.cancelled => {
                if self.paid_until() <= now {
                    (self.from, self.paid) = (now, 0);
                }
                (self.rests, self.cancelled) = (false, false);
            }
            SubscriptionStep::Resume => {}
        }
    }
}

/// What must be so.
#[derive(Default)]
struct Model {
    bought: Vec<Bought>,
    asked: bool,
    months: Option<Months>,
}

impl Model {
    fn is_open(&self, now: Timestamp) -> bool {
        self.bought.iter().any(|one| one.paid && !one.gone_back && one.at_bank != Some(true))
            || self.months.is_some_and(|months| !months.over && !months.rests && now < months.paid_until())
    }

    fn happens(&mut self, happening: Happening, now: Timestamp) {
        match happening {
            Happening::Purchase => {
                let is_in_the_way = |one: &Bought| !one.gone_back && (one.paid || !one.failed);
                if !self.bought.iter().any(is_in_the_way) {
                    self.bought.push(Bought::default());
                }
            }
            Happening::Succeeds(n) => self.of(n, |one| one.paid |= !one.gone_back),
            Happening::Fails(n) => self.of(n, |one| one.failed |= !one.paid),
            Happening::Refunded(n) => self.of(n, |one| one.gone_back = true),
            Happening::PartlyRefunded(_) | Happening::DaysPass(_) => {}
            Happening::Disputed(n) => self.of(n, |one| _ = one.at_bank.get_or_insert(true)),
            Happening::DisputeWon(n) => self.of(n, |one| one.at_bank = Some(false)),
            Happening::DisputeLost(n) => self.of(n, |one| one.gone_back |= one.at_bank != Some(false)),
            Happening::Subscribe => {
                if !self.asked && !self.months.is_some_and(|months| months.lives(now)) {
                    (self.asked, self.months) = (true, None);
                }
            }
            Happening::FirstMonthPaid if self.asked => {
                self.asked = false;
                self.months = Some(Months { from: now, paid: 1, rests: false, cancelled: false, over: false });
            }
            Happening::FirstMonthPaid => {}
            Happening::FirstMonthDeclined => self.asked = false,
            Happening::Step(step) => {
                if let Some(months) = self.months.as_mut().filter(|months| months.lives(now)) {
                    months.step(step, now);
                }
            }
            // Also when it was cancelled or paused while the provider was asked.
            Happening::RenewalPaid => {
                let months = self.months.iter_mut().filter(|months| !months.over && months.paid_until() <= now);
                months.for_each(|months| months.paid += 1);
            }
            Happening::RenewalFailed => self.when_due(now, |months| months.over = true),
            Happening::RunsOut => {
                if let Some(months) = &mut self.months {
                    months.over |= months.cancelled && months.paid_until() <= now;
                }
            }
            Happening::EndedByProvider => {
                if let Some(months) = &mut self.months {
                    months.over = true;
                }
            }
        }
    }

    fn of(&mut self, n: usize, change: impl FnOnce(&mut Bought)) {
        if let Some(one) = self.bought.get_mut(n) {
            change(one);
        }
    }

    fn when_due(&mut self, now: Timestamp, change: impl FnOnce(&mut Months)) {
        if let Some(months) = self.months.as_mut().filter(|months| months.is_due(now)) {
            change(months);
        }
    }
}

proptest! {
    #[test]
    fn a_course_is_open_exactly_when_it_is_paid_for(
        happenings in proptest::collection::vec(happening(), 1..60),
    ) {
        let (mut streams, mut model, mut days) = (Streams::default(), Model::default(), 0);
        for (message, happening) in happenings.into_iter().enumerate() {
            if let Happening::DaysPass(more) = happening {
                days += more;
            }
            let now = at(days * 86_400);
            streams.happens(happening, message, now);
            model.happens(happening, now);
            prop_assert_eq!(streams.is_open(now), model.is_open(now), "after {:?}", happening);
            let resting = streams.subscription.current.as_ref().is_some_and(|one| {
                one.status == SubscriptionStatus::Paused
            });
            prop_assert_eq!(resting, model.months.is_some_and(|months| months.rests && !months.over));
            // The same message once more is no matter.
            if let Happening::Succeeds(_) | Happening::Fails(_) | Happening::Refunded(_) | Happening::Disputed(_)
                | Happening::PartlyRefunded(_) | Happening::DisputeWon(_) | Happening::DisputeLost(_)
                | Happening::EndedByProvider = happening
            {
                let before = streams.clone();
                streams.happens(happening, message, now);
                prop_assert!(streams == before, "heard twice: {:?}", happening);
            }
        }
    }
}
