//! Whatever order a provider's messages come in, and however often, a payment ends up the same.

use events::{Fold, PaymentMethod, RefundCause, TransactionStatus};
use proptest::prelude::*;

use super::{Dispute, HearProvider, PaymentNews, Transaction};
use crate::fixtures::{at, euros, payment_started};

fn news(n: usize) -> PaymentNews {
    match n {
        0 => PaymentNews::Succeeded,
        1 => PaymentNews::Failed("card_declined".to_owned()),
        2 => PaymentNews::Refunded(RefundCause::Provider),
        3 => PaymentNews::PartlyRefunded(euros(700)),
        4 => PaymentNews::Disputed,
        _ => PaymentNews::DisputeWon,
    }
}

/// What is left of a payment that has heard all of these, each once or more.
fn after(order: &[usize]) -> (TransactionStatus, bool) {
    let mut transaction = Transaction::default();
    transaction.apply(&payment_started(PaymentMethod::Card));
    for n in order {
        let provider_event_id = Some(format!("evt_{n}"));
        let command = HearProvider { news: news(*n), payment_intent_id: None, provider_event_id, now: at(1) };
        for event in transaction.hear_provider(command).unwrap() {
            transaction.apply(&event);
        }
    }
    let payment = transaction.payment.unwrap();
    (payment.status, payment.dispute == Dispute::Open)
}

proptest! {
    #[test]
    fn order_and_number_do_not_matter(
        messages in proptest::collection::vec(0..6_usize, 1..12), seed in proptest::collection::vec(any::<u32>(), 24),
    ) {
        let sorted = after(&{
            let mut once = messages.clone();
            once.sort_unstable();
            once.dedup();
            once
        });
        // Each once more, in an order of chance.
        let mut shuffled = [messages.clone(), messages].concat();
        let keys: Vec<u32> = shuffled.iter().enumerate().map(|(at, _)| seed[at % seed.len()]).collect();
        let mut places: Vec<usize> = (0..shuffled.len()).collect();
        places.sort_by_key(|place| keys[*place]);
        shuffled = places.into_iter().map(|place| shuffled[place]).collect();
        let (status, disputed) = after(&shuffled);
        prop_assert_eq!(status, sorted.0);
        // Of what went back it does not matter what the bank says.
        prop_assert!(status == TransactionStatus::Refunded || disputed == sorted.1);
    }
}
