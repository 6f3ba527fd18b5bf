//! Events of payments and their invoices, at random.
#![allow(clippy::unwrap_used)]

use chrono::Datelike as _;
use events::{
    CourseId, CreditNoteIssued, Currency, DisputeWon, InvoiceIssued, InvoiceSeriesEvent, Money, PaymentAwaited,
    PaymentCompleted, PaymentDisputed, PaymentFailed, PaymentMethod, PaymentPartlyRefunded, PaymentRefunded,
    PaymentStarted, Personal, RefundCause, RefundFailed, RefundRequested, StreamId, StreamType, TransactionEvent,
    TransactionId, TransactionStatus, UserId,
};
use rand::rngs::StdRng;
use rand::{Rng, RngExt};
use uuid::Uuid;

use super::{Written, courses, in_days};

/// A payment as it is now.
#[derive(Clone)]
pub struct Paying {
    pub transaction_id: TransactionId,
    pub user_id: UserId,
    pub course_id: CourseId,
    pub amount: Money,
    pub status: TransactionStatus,
    /// What went back in part.
    pub returned: i64,
    pub refund_requested: bool,
}

impl Paying {
    pub fn new(random: &mut StdRng, user_id: UserId, course_id: CourseId) -> Self {
        Self {
            transaction_id: TransactionId::new(some_id(random)),
            user_id,
            course_id,
            amount: euros(random.random_range(1_000..9_000)),
            status: TransactionStatus::Pending,
            returned: 0,
            refund_requested: false,
        }
    }

    fn of(&self, event: impl Into<TransactionEvent>) -> Written {
        (StreamId::new(StreamType::Transaction, self.transaction_id), event.into().into())
    }

    pub fn started(&self) -> Written {
        let Self { transaction_id, user_id, course_id, amount, .. } = *self;
        let (method, payment_method_id) = (PaymentMethod::Card, Some("pm_card_visa".to_owned()));
        self.of(PaymentStarted { transaction_id, user_id, course_id, amount, method, payment_method_id })
    }

    fn awaited(&self) -> Written {
        let Self { transaction_id, user_id, course_id, .. } = *self;
        self.of(PaymentAwaited {
            transaction_id,
            user_id,
            course_id,
            payment_intent_id: format!("pi_{transaction_id}"),
        })
    }

    /// The money is there, and the invoice with it.
    pub fn completed(&mut self) -> Vec<Written> {
        let Self { transaction_id, user_id, course_id, amount, .. } = *self;
        self.status = TransactionStatus::Completed;
        let completed = PaymentCompleted {
            transaction_id,
            user_id,
            course_id,
            amount,
            payment_intent_id: Some(format!("pi_{transaction_id}")),
            completed_at: in_days(0),
            provider_event_id: Some(format!("evt_{transaction_id}")),
        };
        let invoice = InvoiceIssued {
            transaction_id,
            user_id,
            buyer_name: Personal::new(user_id, "Canary".to_owned()),
            seller: "Excellence Academy".to_owned(),
            total: amount,
            net: euros(amount.minor * 5 / 6),
            vat: euros(amount.minor - amount.minor * 5 / 6),
            vat_rate_basis_points: 2_000,
        };
        vec![self.of(completed), of_series("", invoice)]
    }

    fn failed(&mut self) -> Written {
        let Self { transaction_id, user_id, course_id, .. } = *self;
        self.status = TransactionStatus::Failed;
        let (payment_intent_id, code) = (None, "card_declined".to_owned());
        let provider_event_id = None;
        self.of(PaymentFailed { transaction_id, user_id, course_id, payment_intent_id, code, provider_event_id })
    }

    /// All of it goes back; what was invoiced is credited.
    pub fn refunded(&mut self, cause: RefundCause) -> Vec<Written> {
        let Self { transaction_id, user_id, course_id, amount, status, .. } = *self;
        let provider_event_id = None;
        let refunded_at = in_days(0);
        self.status = TransactionStatus::Refunded;
        let refund =
            PaymentRefunded { transaction_id, user_id, course_id, amount, cause, refunded_at, provider_event_id };
        let note = (status == TransactionStatus::Completed)
            .then(|| of_series("credit-", CreditNoteIssued { transaction_id, user_id, total: amount }));
        [self.of(refund)].into_iter().chain(note).collect()
    }

    /// More of it goes back, not all; nothing when no more than a cent is left.
    pub fn partly_refunded(&mut self, random: &mut StdRng) -> Option<Written> {
        let Self { transaction_id, user_id, course_id, amount, returned, .. } = *self;
        if returned + 1 >= amount.minor {
            return None;
        }
        self.returned = random.random_range(returned + 1..amount.minor);
        let (refunded, provider_event_id) = (euros(self.returned), format!("evt_{}", some_id(random)));
        Some(self.of(PaymentPartlyRefunded { transaction_id, user_id, course_id, refunded, provider_event_id }))
    }

    /// What a bank, or a buyer, may say of a payment that is there.
    fn disturbed(&mut self, random: &mut StdRng) -> Vec<Written> {
        let Self { transaction_id, user_id, course_id, .. } = *self;
        let provider_event_id = format!("evt_{}", some_id(random));
        match random.random_range(0..6) {
            0 if self.refund_requested => {
                self.refund_requested = false;
                let code = "charge_disputed".to_owned();
                vec![self.of(RefundFailed { transaction_id, user_id, course_id, code })]
            }
            0 | 1 => {
                self.refund_requested = true;
                vec![self.of(RefundRequested { transaction_id, user_id, course_id, reason: None })]
            }
            2 => vec![self.of(PaymentDisputed { transaction_id, user_id, course_id, provider_event_id })],
            3 => vec![self.of(DisputeWon { transaction_id, user_id, course_id, provider_event_id })],
            4 => self.partly_refunded(random).into_iter().collect(),
            _ => self.refunded(RefundCause::ALL[random.random_range(0..RefundCause::ALL.len())]),
        }
    }
}

/// Into the series of this year, whose name begins so.
fn of_series(series: &str, event: impl Into<InvoiceSeriesEvent>) -> Written {
    let year = in_days(0).utc().year();
    (StreamId::new(StreamType::InvoiceSeries, format!("{series}{year}")), event.into().into())
}

/// Who pays what.
#[derive(Default)]
pub(super) struct Paid {
    payments: Vec<Paying>,
}

impl Paid {
    /// The events of one command more; none while there are no courses.
    pub(super) fn next(&mut self, random: &mut StdRng, users: &[UserId], courses: &[courses::Known]) -> Vec<Written> {
        // A buyer who is gone can't be named on an invoice.
        self.payments.retain(|payment| users.contains(&payment.user_id));
        if self.payments.is_empty() || random.random_ratio(1, 4) {
            let Some(course) = courses.get(random.random_range(0..courses.len().max(1))) else { return Vec::new() };
            let buyer = users[random.random_range(0..users.len())];
            let payment = Paying::new(random, buyer, course.id);
            let started = payment.started();
            self.payments.push(payment);
            return vec![started];
        }
        let pick = random.random_range(0..self.payments.len());
        let payment = &mut self.payments[pick];
        match (payment.status, random.random_range(0..6)) {
            (TransactionStatus::Pending, 0) => vec![payment.awaited()],
            (TransactionStatus::Pending, 1) => vec![payment.failed()],
            (TransactionStatus::Pending, 2) => payment.refunded(RefundCause::Provider),
            (TransactionStatus::Pending | TransactionStatus::Failed, _) => payment.completed(),
            (TransactionStatus::Completed, _) => payment.disturbed(random),
            (TransactionStatus::Refunded, _) => {
                self.payments.swap_remove(pick);
                Vec::new()
            }
        }
    }
}

pub(super) fn some_id(random: &mut StdRng) -> Uuid {
    Uuid::from_u128(random.next_u64().into())
}

pub(super) const fn euros(minor: i64) -> Money {
    Money { minor, currency: Currency::EUR }
}
