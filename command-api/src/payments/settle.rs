//! What follows from a payment's moves: access, enrollment and invoice, in one commit with them, so that what is paid for
//! is open, and what went back is not, at every instant.

use chrono::Datelike as _;
use domain::access::{
    ClosePurchase, GrantAccess, GrantReason, ReinstateAccess, RevocationReason, RevokeAccess, SuspendAccess,
};
use domain::enrollment::EnrollBuyer;
use domain::invoice::{IssueInvoice, credit_note_series, invoice_series, issue_credit_note, issue_invoice};
use domain::transaction::{Dispute, HearProvider, Payment, PaymentNews};
use domain::{Access, Transaction, User};
use events::{
    AccessId, Fold, GrantId, InvoiceSeriesEvent, RefundCause, StreamId, Timestamp, TransactionId, TransactionStatus,
};
use read_models::full_name;
use uuid::Uuid;

use super::provider::{Asking, Return, Returned, Sale};
use super::{Payments, Terms};
use crate::Refusal;
use crate::commands::{Commands, Held, UnitOfWork, UseCase};
use crate::courses::Learner;

/// What was heard of a payment, to be taken in.
pub(crate) struct Settle<'a> {
    pub(crate) id: TransactionId,
    pub(crate) news: PaymentNews,
    pub(crate) payment_intent_id: Option<String>,
    pub(crate) provider_event_id: Option<String>,
    pub(crate) terms: &'a Terms,
}

impl UseCase for Settle<'_> {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), Refusal> {
        let mut transaction = work.load::<Transaction>(self.id).await?;
        let before = transaction.state().payment.clone();
        let heard = HearProvider {
            news: self.news.clone(),
            payment_intent_id: self.payment_intent_id.clone(),
            provider_event_id: self.provider_event_id.clone(),
            now,
        };
        transaction.decide(heard).await?;
        let cause = if let PaymentNews::Refunded(cause) = self.news { cause } else { RefundCause::Provider };
        follow(work, transaction, before, cause, (self.terms, now)).await
    }

    fn names(&self) -> Option<StreamId> {
        Some(Transaction::stream(self.id))
    }
}

/// Asks the provider how a payment goes that waits for its answer. Gives the answer, to be taken in, and the secret that
/// the payment's owner is asked with; none when it waits for no answer. Asking twice does no harm.
///
/// # Errors
/// [`Refusal`]: the log can't be read; the provider gives no answer.
pub(crate) async fn ask<'a>(
    commands: &Commands,
    payments: &'a Payments,
    id: TransactionId,
    asking: Asking,
) -> Result<Option<(Settle<'a>, Option<String>)>, Refusal> {
    let loaded = commands.log().load::<Transaction>(id).await?;
    let waiting = loaded.state.payment.as_ref().filter(|payment| payment.status == TransactionStatus::Pending);
    let Some(payment) = waiting else { return Ok(None) };
    let Some(card) = payment.payment_method_id.as_deref() else { return Ok(None) };
    let answer = payments.provider.pay(&Sale { id, amount: payment.amount, card }, asking).await?;
    let (news, secret) = answer.outcome.heard();
    let payment_intent_id = answer.payment_intent_id;
    Ok(Some((Settle { id, news, payment_intent_id, provider_event_id: None, terms: &payments.terms }, secret)))
}

/// Has the provider send back a payment of which that was asked. Gives its answer, to be taken in; none when nothing is to
/// be sent back. Asking twice does no harm.
///
/// # Errors
/// [`Refusal`]: the log can't be read; the provider gives no answer.
pub(crate) async fn send_back<'a>(
    commands: &Commands,
    payments: &'a Payments,
    id: TransactionId,
) -> Result<Option<Settle<'a>>, Refusal> {
    let loaded = commands.log().load::<Transaction>(id).await?;
    let Some(payment) = loaded.state.payment.as_ref().filter(|payment| payment.refund_requested) else {
        return Ok(None);
    };
    let payment_intent_id = payment.payment_intent_id.as_deref();
    let news = match payments.provider.refund(&Return { id, payment_intent_id, version: loaded.version }).await? {
        Returned::Yes => PaymentNews::Refunded(RefundCause::Requested),
        Returned::No(code) => PaymentNews::RefundFailed(code),
    };
    Ok(Some(Settle { id, news, payment_intent_id: None, provider_event_id: None, terms: &payments.terms }))
}

/// Puts a payment back with all that follows from what was decided on it. `cause` is why it went back, if it did.
///
/// # Errors
/// [`Refusal`].
pub(crate) async fn follow(
    work: &mut UnitOfWork<'_>,
    transaction: Held<Transaction>,
    before: Option<Payment>,
    cause: RefundCause,
    (terms, now): (&Terms, Timestamp),
) -> Result<(), Refusal> {
    let after = transaction.state().payment.clone();
    // The payment comes first in the commit, and what is about it after it.
    work.put(transaction);
    let (Some(before), Some(after)) = (before, after) else { return Ok(()) };
    match (before.status, after.status) {
        (was, TransactionStatus::Completed) if was != TransactionStatus::Completed => {
            complete(work, &after, terms, now).await
        }
        (was, TransactionStatus::Failed) if was != TransactionStatus::Failed => close(work, &after).await,
        (was, TransactionStatus::Refunded) if was != TransactionStatus::Refunded => {
            give_back(work, &after, was, cause, now).await
        }
        _ if before.dispute != after.dispute => dispute(work, &after).await,
        _ => Ok(()),
    }
}

async fn complete(work: &mut UnitOfWork<'_>, payment: &Payment, terms: &Terms, now: Timestamp) -> Result<(), Refusal> {
    let Payment { transaction_id, user_id, course_id, amount, .. } = *payment;
    let mut learner = Learner::load(work, user_id, course_id).await?;
    let lessons_now = learner.lessons_now()?;
    learner.enrollment.decide(EnrollBuyer { user_id, course_id, lessons_now, now }).await?;
    let grant_id = GrantId::new(Uuid::now_v7());
    let reason = GrantReason::Purchase(transaction_id);
    learner.access.decide(GrantAccess { grant_id, user_id, course_id, reason }).await?;
    if payment.dispute == Dispute::Open {
        learner.access.decide(SuspendAccess { grant_id }).await?;
    }
    learner.put(work).await?;
    let user = work.load::<User>(user_id).await?;
    let buyer_name = user.state().account.as_ref().and_then(|account| {
        full_name(account.first_name.value().map(String::as_str), account.last_name.value().map(String::as_str))
    });
    let invoice = issue_invoice(IssueInvoice {
        transaction_id,
        user_id,
        buyer_name,
        seller: terms.seller.clone(),
        total: amount,
        vat_rate_basis_points: terms.vat_rate_basis_points,
    });
    work.add(invoice_series(now.utc().year()), InvoiceSeriesEvent::from(invoice).into());
    Ok(())
}

async fn close(work: &mut UnitOfWork<'_>, payment: &Payment) -> Result<(), Refusal> {
    let Payment { transaction_id, user_id, course_id, .. } = *payment;
    let mut access = work.load::<Access>(AccessId::of(user_id, course_id)).await?;
    access.decide(ClosePurchase { transaction_id, user_id, course_id }).await?;
    work.put(access);
    Ok(())
}

async fn give_back(
    work: &mut UnitOfWork<'_>,
    payment: &Payment,
    was: TransactionStatus,
    cause: RefundCause,
    now: Timestamp,
) -> Result<(), Refusal> {
    let Payment { transaction_id, user_id, course_id, amount, .. } = *payment;
    let mut access = work.load::<Access>(AccessId::of(user_id, course_id)).await?;
    access.decide(ClosePurchase { transaction_id, user_id, course_id }).await?;
    if let Some(grant_id) = access.state().bought_by(transaction_id).map(|grant| grant.grant_id) {
        let reason = match cause {
            RefundCause::Requested | RefundCause::Provider => RevocationReason::Refunded,
            RefundCause::DisputeLost => RevocationReason::DisputeLost,
        };
        access.decide(RevokeAccess { grant_id, reason }).await?;
    }
    work.put(access);
    if was == TransactionStatus::Completed {
        let note = issue_credit_note(transaction_id, user_id, amount);
        work.add(credit_note_series(now.utc().year()), InvoiceSeriesEvent::from(note).into());
    }
    Ok(())
}

async fn dispute(work: &mut UnitOfWork<'_>, payment: &Payment) -> Result<(), Refusal> {
    let mut access = work.load::<Access>(AccessId::of(payment.user_id, payment.course_id)).await?;
    if let Some(grant_id) = access.state().bought_by(payment.transaction_id).map(|grant| grant.grant_id) {
        match payment.dispute {
            Dispute::Open => access.decide(SuspendAccess { grant_id }).await?,
            Dispute::Closed | Dispute::None => access.decide(ReinstateAccess { grant_id }).await?,
        }
    }
    work.put(access);
    Ok(())
}
