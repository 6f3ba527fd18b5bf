//! POST /refund/:transaction_id: the buyer, or an admin, wants the money to go back.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Transaction;
use domain::transaction::{HearProvider, PaymentNews, RefundBy, RequestRefund};
use domain::values::Reason;
use event_log::with_deadline_anew;
use events::{Fold, PaymentMethod, RefundCause, Role, StreamId, Timestamp, TransactionId};
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, PathId};
use utoipa::ToSchema;

use super::settle::{Settle, follow, send_back};
use super::{Payments, Terms, TransactionAnswer, transaction_view};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Done, Origin, UnitOfWork, UseCase};
use crate::courses::acting_role;
use crate::fields::parsed;

/// Why the money is to go back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundReason {
    /// At most 1,000 characters; an admin who gives one may pass the age of the payment.
    reason: Option<String>,
}

impl RefundReason {
    fn parse(self) -> Result<Option<Reason>, ApiError> {
        let mut fields = Fields::new();
        let reason = fields.optional_text("reason", self.reason, |text| parsed(Reason::parse(text)));
        fields.finish()?;
        Ok(reason)
    }
}

/// Sends a payment back, and takes the access that it gave, and only that; what was learned is kept.
#[utoipa::path(
    post, path = "/refund/{transaction_id}", tag = "payment", request_body = Option<RefundReason>,
    security(("bearer" = [])),
    params(("transaction_id" = uuid::Uuid, Path, description = "The payment")),
    responses(
        (status = 200, body = DataBody<TransactionAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, refund_not_possible", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, description = "unavailable: also when the provider gave no answer; it is asked again without being told to", body = ErrorBody),
    )
)]
pub async fn refund(
    State(commands): State<Commands>,
    State(payments): State<Payments>,
    caller: Caller,
    context: CommandContext,
    PathId(id): PathId<TransactionId>,
    body: Option<JsonBody<RefundReason>>,
) -> Result<Response, Refusal> {
    let reason = match body {
        Some(JsonBody(body)) => body.parse()?,
        None => None,
    };
    let origin = context.origin(Some(&caller));
    let request = Request { id, caller, reason, terms: &payments.terms };
    let requested = commands.run(&origin.not_to_wait(), &request).await?;
    let sent = send_back(&commands, &payments, id).await?;
    with_deadline_anew(take_in(&commands, origin, (id, requested), sent)).await
}

/// Takes in what the provider has answered, if it was asked, and answers who asked for the money.
async fn take_in(
    commands: &Commands,
    origin: Origin,
    (id, requested): (TransactionId, Done<()>),
    sent: Option<Settle<'_>>,
) -> Result<Response, Refusal> {
    let done = commands.follow_up(&origin, requested, &Transaction::stream(id), sent.as_ref()).await?;
    let answer = TransactionAnswer { transaction: transaction_view(commands, id).await? };
    Ok(done.answer(answer).into_response())
}

struct Request<'a> {
    id: TransactionId,
    caller: Caller,
    reason: Option<Reason>,
    terms: &'a Terms,
}

impl UseCase for Request<'_> {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), Refusal> {
        let is_admin = acting_role(work, &self.caller).await? == Role::Admin;
        let mut transaction = work.load::<Transaction>(self.id).await?;
        let before = transaction.state().payment.clone().ok_or_else(ApiError::not_found)?;
        if before.user_id != self.caller.user_id && !is_admin {
            return Err(ApiError::forbidden().into());
        }
        let by = if is_admin { RefundBy::Admin } else { RefundBy::Buyer };
        transaction.decide(RequestRefund { by, reason: self.reason.clone(), now }).await?;
        if before.method == PaymentMethod::Card {
            work.put(transaction);
            return Ok(());
        }
        // No provider has it: who confirmed the transfer sends it back.
        let cause = RefundCause::Requested;
        let news = PaymentNews::Refunded(cause);
        let heard = HearProvider { news, payment_intent_id: None, provider_event_id: None, now };
        transaction.decide(heard).await?;
        follow(work, transaction, Some(before), cause, (self.terms, now)).await
    }

    fn names(&self) -> Option<StreamId> {
        Some(Transaction::stream(self.id))
    }
}
