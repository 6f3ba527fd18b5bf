//! POST /admin/transactions/:id/confirm: an admin has seen a transfer on the academy's account.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Transaction;
use domain::transaction::ConfirmTransfer;
use events::{Fold, RefundCause, Role, StreamId, Timestamp, TransactionId};
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId};

use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::courses::acting_role;
use crate::payments::settle::follow;
use crate::payments::{Payments, Terms, TransactionAnswer, transaction_view};

/// Confirms a transfer: the course opens to who bought it.
#[utoipa::path(
    post, path = "/admin/transactions/{id}/confirm", tag = "admin", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The payment")),
    responses(
        (status = 200, body = DataBody<TransactionAnswer>),
        (status = 400, description = "invalid_status: no transfer is awaited", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn confirm_transfer(
    State(commands): State<Commands>,
    State(payments): State<Payments>,
    caller: Caller,
    context: CommandContext,
    PathId(id): PathId<TransactionId>,
) -> Result<Response, Refusal> {
    caller.must_be_admin()?;
    let origin = context.origin(Some(&caller));
    let done = commands.run(&origin, &Confirm { id, caller, terms: &payments.terms }).await?;
    let transaction = transaction_view(&commands, id).await?;
    Ok(done.answer(TransactionAnswer { transaction }).into_response())
}

struct Confirm<'a> {
    id: TransactionId,
    caller: Caller,
    terms: &'a Terms,
}

impl UseCase for Confirm<'_> {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), Refusal> {
        if acting_role(work, &self.caller).await? != Role::Admin {
            return Err(ApiError::forbidden().into());
        }
        let mut transaction = work.load::<Transaction>(self.id).await?;
        let before = transaction.state().payment.clone();
        transaction.decide(ConfirmTransfer { now }).await?;
        follow(work, transaction, before, RefundCause::Requested, (self.terms, now)).await
    }

    fn names(&self) -> Option<StreamId> {
        Some(Transaction::stream(self.id))
    }
}
