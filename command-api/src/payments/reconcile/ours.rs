//! Every payment that is on one side only, the log's or the provider's, or not the same on both.

use std::collections::{BTreeMap, HashMap};

use domain::Transaction;
use domain::transaction::Payment;
use events::{
    Event, Fold as _, Money, PaymentMethod, SubscriptionEvent, SubscriptionId, TransactionEvent, TransactionId,
    TransactionStatus,
};

use super::difference::{Difference, DifferenceKind, Said};
use crate::payments::provider::{Entry, Purpose};

/// The payments of the log.
#[derive(Default)]
pub(super) struct Ours {
    sales: HashMap<TransactionId, Transaction>,
    subscriptions: HashMap<SubscriptionId, Months>,
    paid: BTreeMap<Purpose, Money>,
}

/// How far a subscription has come.
struct Months {
    price: Money,
    last: u32,
    has_ended: bool,
}

impl Ours {
    /// Takes in the next event of the log; only those of payments and subscriptions matter.
    pub(super) fn take_in(&mut self, event: &Event) {
        if let Event::Transaction(event) = event {
            self.sales.entry(transaction_of(event)).or_default().apply(event);
        }
        if let Event::Subscription(event) = event {
            self.take_in_month(event);
        }
    }

    /// Months are numbered as they are asked of the provider: those that a message of its own told of count, and are no
    /// payments of ours.
    fn take_in_month(&mut self, event: &SubscriptionEvent) {
        match event {
            SubscriptionEvent::SubscriptionRequested(event) => {
                self.subscriptions
                    .insert(event.subscription_id, Months { price: event.amount_per_month, last: 0, has_ended: false });
            }
            SubscriptionEvent::SubscriptionStarted(event) => {
                if let Some(months) = self.subscriptions.get_mut(&event.subscription_id) {
                    months.last = 1;
                    self.paid.insert(Purpose::Month { subscription_id: event.subscription_id, month: 1 }, months.price);
                }
            }
            SubscriptionEvent::SubscriptionRenewed(event) => {
                if let Some(months) = self.subscriptions.get_mut(&event.subscription_id) {
                    (months.last, months.has_ended) = (months.last + 1, false);
                    let purpose = Purpose::Month { subscription_id: event.subscription_id, month: months.last };
                    if event.provider_invoice_id.is_none() {
                        self.paid.insert(purpose, event.amount);
                    }
                }
            }
            SubscriptionEvent::SubscriptionDeclined(event) => self.end(event.subscription_id),
            SubscriptionEvent::SubscriptionExpired(event) => self.end(event.subscription_id),
            SubscriptionEvent::SubscriptionCancelled(_)
            | SubscriptionEvent::SubscriptionPaused(_)
            | SubscriptionEvent::SubscriptionResumed(_)
            | SubscriptionEvent::SubscriptionPlanChanged(_) => {}
        }
    }

    fn end(&mut self, id: SubscriptionId) {
        if let Some(months) = self.subscriptions.get_mut(&id) {
            months.has_ended = true;
        }
    }

    /// Whether a subscription is over, or never began; one of which the log knows nothing is not said to be.
    pub(super) fn has_ended(&self, id: SubscriptionId) -> bool {
        self.subscriptions.get(&id).is_some_and(|months| months.has_ended)
    }

    /// Payments with which the provider has to do.
    fn by_card(&self) -> impl Iterator<Item = &Payment> {
        let payments = self.sales.values().filter_map(|sale| sale.payment.as_ref());
        payments.filter(|payment| payment.method == PaymentMethod::Card)
    }

    /// How many payments there are.
    pub(super) fn count(&self) -> usize {
        self.by_card().count() + self.paid.len()
    }

    /// What is not the same in a book, in order.
    pub(super) fn against(&self, book: Vec<Entry>) -> Vec<Difference> {
        let mut of: HashMap<Option<Purpose>, Vec<Entry>> = HashMap::new();
        for entry in book {
            of.entry(entry.purpose).or_default().push(entry);
        }
        let mut differences = Vec::new();
        for payment in self.by_card() {
            let purpose = Purpose::Sale { transaction_id: payment.transaction_id };
            let entries = of.remove(&Some(purpose)).unwrap_or_default();
            differences.extend(one_against(&Said::of(payment), &entries));
        }
        for (purpose, amount) in &self.paid {
            let entries = of.remove(&Some(*purpose)).unwrap_or_default();
            let said = Said { purpose: *purpose, amount: *amount, is_paid: true, returned: None };
            differences.extend(one_against(&said, &entries));
        }
        let kept = of.values().flatten().filter(|entry| entry.is_paid && entry.returned < entry.amount);
        differences.extend(kept.map(|entry| Difference::of(DifferenceKind::UnknownToLog, None, Some(entry))));
        let order = |one: &Difference| (one.purpose, one.payment_intent_id.clone(), one.kind);
        differences.sort_by_key(order);
        differences
    }
}

const fn transaction_of(event: &TransactionEvent) -> TransactionId {
    match event {
        TransactionEvent::PaymentStarted(event) => event.transaction_id,
        TransactionEvent::PaymentAwaited(event) => event.transaction_id,
        TransactionEvent::PaymentCompleted(event) => event.transaction_id,
        TransactionEvent::PaymentFailed(event) => event.transaction_id,
        TransactionEvent::RefundRequested(event) => event.transaction_id,
        TransactionEvent::RefundFailed(event) => event.transaction_id,
        TransactionEvent::PaymentRefunded(event) => event.transaction_id,
        TransactionEvent::PaymentPartlyRefunded(event) => event.transaction_id,
        TransactionEvent::PaymentDisputed(event) => event.transaction_id,
        TransactionEvent::DisputeWon(event) => event.transaction_id,
    }
}

impl Said {
    fn of(payment: &Payment) -> Self {
        let is_paid = matches!(payment.status, TransactionStatus::Completed | TransactionStatus::Refunded);
        let returned = match payment.status {
            TransactionStatus::Refunded => payment.amount.minor,
            TransactionStatus::Pending | TransactionStatus::Failed | TransactionStatus::Completed => {
                payment.partly_refunded
            }
        };
        Self {
            purpose: Purpose::Sale { transaction_id: payment.transaction_id },
            amount: payment.amount,
            is_paid,
            // While it is on its way both sides may be right.
            returned: (!payment.refund_requested).then_some(returned),
        }
    }
}

/// A payment of the log, and what the provider has written down for it: nothing, one payment, or failed tries besides.
fn one_against(said: &Said, entries: &[Entry]) -> Vec<Difference> {
    let tell = |kind, entry| Difference::of(kind, Some(said), entry);
    let mut paid = entries.iter().filter(|entry| entry.is_paid);
    let Some(entry) = paid.next() else {
        let kind = if entries.is_empty() { DifferenceKind::UnknownToProvider } else { DifferenceKind::PaidOnlyInLog };
        return if said.is_paid { vec![tell(kind, entries.first())] } else { Vec::new() };
    };
    let mut differences: Vec<Difference> = paid
        .filter(|more| more.returned < more.amount)
        .map(|more| tell(DifferenceKind::PaidTwice, Some(more)))
        .collect();
    let went_back = entry.returned >= entry.amount;
    if !said.is_paid {
        if !went_back {
            differences.push(tell(DifferenceKind::PaidOnlyAtProvider, Some(entry)));
        }
        return differences;
    }
    if (entry.amount, entry.currency.as_str()) != (said.amount.minor, said.amount.currency.code()) {
        differences.push(tell(DifferenceKind::Amount, Some(entry)));
    }
    // What a bank takes back the provider does not call a refund.
    if !entry.is_disputed && said.returned.is_some_and(|returned| returned != entry.returned) {
        differences.push(tell(DifferenceKind::Returned, Some(entry)));
    }
    differences
}

#[cfg(test)]
mod tests {
    use events::{CourseId, Currency, Plan, SubscriptionRenewed, SubscriptionStarted, Timestamp, UserId};
    use events::{PaymentCompleted, PaymentRefunded, PaymentStarted, RefundCause, SubscriptionRequested};
    use uuid::Uuid;

    use super::*;

    fn id() -> TransactionId {
        TransactionId::new(Uuid::from_u128(1))
    }

    fn euros(minor: i64) -> Money {
        Money { minor, currency: Currency::EUR }
    }

    fn now() -> Timestamp {
        Timestamp::new(chrono::DateTime::from_timestamp(1_000, 0).unwrap())
    }

    fn people() -> (UserId, CourseId) {
        (UserId::new(Uuid::from_u128(2)), CourseId::new(Uuid::from_u128(3)))
    }

    fn started(method: PaymentMethod) -> TransactionEvent {
        let (user_id, course_id) = people();
        let payment_method_id = Some("pm_card_visa".to_owned());
        PaymentStarted { transaction_id: id(), user_id, course_id, amount: euros(4_990), method, payment_method_id }
            .into()
    }

    fn completed() -> TransactionEvent {
        let (user_id, course_id) = people();
        PaymentCompleted {
            transaction_id: id(),
            user_id,
            course_id,
            amount: euros(4_990),
            payment_intent_id: Some("pi_1".to_owned()),
            completed_at: now(),
            provider_event_id: None,
        }
        .into()
    }

    fn refunded() -> TransactionEvent {
        let (user_id, course_id) = people();
        PaymentRefunded {
            transaction_id: id(),
            user_id,
            course_id,
            amount: euros(4_990),
            cause: RefundCause::Requested,
            refunded_at: now(),
            provider_event_id: None,
        }
        .into()
    }

    fn entry() -> Entry {
        Entry {
            id: "pi_1".to_owned(),
            purpose: Some(Purpose::Sale { transaction_id: id() }),
            amount: 4_990,
            currency: "EUR".to_owned(),
            is_paid: true,
            returned: 0,
            is_disputed: false,
        }
    }

    #[track_caller]
    fn check(log: Vec<TransactionEvent>, book: Vec<Entry>, expected: &[DifferenceKind]) {
        let mut ours = Ours::default();
        log.into_iter().for_each(|event| ours.take_in(&event.into()));
        let found = ours.against(book);
        assert_eq!(found.iter().map(|difference| difference.kind).collect::<Vec<_>>(), expected, "{found:?}");
    }

    #[test]
    fn what_is_the_same_on_both_sides_is_no_difference() {
        let card = || started(PaymentMethod::Card);
        let unpaid = || Entry { is_paid: false, ..entry() };
        let back = || Entry { returned: 4_990, ..entry() };
        check(vec![card(), completed()], vec![entry()], &[]);
        check(vec![card(), completed()], vec![unpaid(), entry()], &[]);
        check(vec![card()], vec![], &[]);
        check(vec![card()], vec![unpaid()], &[]);
        check(vec![card(), completed(), refunded()], vec![back()], &[]);
        check(vec![card(), completed(), refunded()], vec![Entry { is_disputed: true, ..entry() }], &[]);
        check(vec![started(PaymentMethod::BankTransfer), completed()], vec![], &[]);
        check(vec![], vec![Entry { purpose: None, is_paid: false, ..entry() }], &[]);
    }

    #[test]
    fn what_is_not_the_same_is_told() {
        use DifferenceKind::{
            Amount, PaidOnlyAtProvider, PaidOnlyInLog, PaidTwice, Returned, UnknownToLog, UnknownToProvider,
        };
        let paid = || vec![started(PaymentMethod::Card), completed()];
        check(vec![], vec![entry()], &[UnknownToLog]);
        check(vec![], vec![Entry { purpose: None, ..entry() }], &[UnknownToLog]);
        check(paid(), vec![], &[UnknownToProvider]);
        check(paid(), vec![Entry { is_paid: false, ..entry() }], &[PaidOnlyInLog]);
        check(vec![started(PaymentMethod::Card)], vec![entry()], &[PaidOnlyAtProvider]);
        check(paid(), vec![Entry { amount: 4_991, ..entry() }], &[Amount]);
        check(paid(), vec![Entry { currency: "USD".to_owned(), ..entry() }], &[Amount]);
        check(paid(), vec![Entry { returned: 90, ..entry() }], &[Returned]);
        check([paid(), vec![refunded()]].concat(), vec![entry()], &[Returned]);
        check(paid(), vec![entry(), Entry { id: "pi_2".to_owned(), ..entry() }], &[PaidTwice]);
    }

    #[test]
    fn months_are_held_against_payments_of_their_number() {
        let subscription_id = SubscriptionId::new(Uuid::from_u128(4));
        let (user_id, _) = people();
        let (plan, payment_method_id) = (Plan::Basic, "pm_card_visa".to_owned());
        let requested =
            SubscriptionRequested { subscription_id, user_id, plan, amount_per_month: euros(990), payment_method_id };
        let started = SubscriptionStarted {
            subscription_id,
            user_id,
            provider_subscription_id: "cus_1".to_owned(),
            started_at: now(),
            renewal_date: now(),
        };
        let renewed = |invoice: Option<&str>| SubscriptionRenewed {
            subscription_id,
            user_id,
            amount: euros(1_990),
            renewal_date: now(),
            provider_invoice_id: invoice.map(str::to_owned),
            provider_event: None,
        };
        let mut ours = Ours::default();
        let events: [SubscriptionEvent; 4] =
            [requested.into(), started.into(), renewed(Some("in_1")).into(), renewed(None).into()];
        events.into_iter().for_each(|event| ours.take_in(&event.into()));
        let month =
            |month, amount| Entry { purpose: Some(Purpose::Month { subscription_id, month }), amount, ..entry() };
        assert_eq!(ours.against(vec![month(1, 990), month(3, 1_990)]), []);
        let found = ours.against(vec![month(1, 990), month(2, 1_990)]);
        let kinds: Vec<_> = found.iter().map(|difference| difference.kind).collect();
        assert_eq!(kinds, [DifferenceKind::UnknownToLog, DifferenceKind::UnknownToProvider]);
        assert!(
            found[1].to_string().contains("month 3: unknown to the provider; log: 19.90 EUR, paid"),
            "{}",
            found[1]
        );
    }
}
