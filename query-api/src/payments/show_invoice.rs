//! GET /transactions/:id/invoice: the invoice of a payment.

use access::{Caller, log_failure};
use axum::extract::State;
use event_log::{EventLog, LogError, Opened};
use events::{Event, InvoiceSeriesEvent, Position, TransactionId};
use read_models::TRANSACTIONS_PROJECTION;
use read_models::views::{InvoiceView, load_transaction};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// An invoice.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvoiceAnswer {
    invoice: InvoiceView,
}

/// The invoice of a payment, with its credit note when the money went back, for who paid and for admins.
#[utoipa::path(
    get,
    path = "/transactions/{id}/invoice",
    tag = "payment",
    security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The payment"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<InvoiceAnswer>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such payment, or one without an invoice", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_invoice(
    State(reads): State<Reads>,
    caller: Caller,
    context: RequestContext,
    PathId(id): PathId<TransactionId>,
) -> Result<Success<InvoiceAnswer>, ApiError> {
    let failed = |error: LogError| log_failure(&error);
    let position = reads.begin(&context, &[TRANSACTIONS_PROJECTION]).await?;
    let transaction = load_transaction(reads.database(), id).await.map_err(failed)?.ok_or_else(ApiError::not_found)?;
    if transaction.user_id != caller.user_id && !caller.is_admin() {
        return Err(ApiError::forbidden());
    }
    let at = transaction.invoice_position().ok_or_else(ApiError::not_found)?;
    let buyer_name = buyer_name(reads.log(), at).await.map_err(failed)?;
    let invoice = transaction.invoice_view(buyer_name).ok_or_else(ApiError::not_found)?;
    Ok(Success::data(InvoiceAnswer { invoice }).position(position))
}

/// The buyer's name on the invoice at that position of the log, while it can be read.
async fn buyer_name(log: &EventLog, position: Position) -> Result<Option<String>, LogError> {
    let stored = log.read(position.saturating_sub(1), 1).await?;
    let opened = log.open_events(stored).await?.into_iter().next();
    Ok(match opened {
        Some(Opened::Known(recorded)) => {
            let Event::InvoiceSeries(InvoiceSeriesEvent::InvoiceIssued(invoice)) = recorded.event else {
                return Err(LogError::Corrupt(format!("the event at {position} is no invoice")));
            };
            invoice.buyer_name.into_value()
        }
        Some(Opened::Unknown { .. }) | None => None,
    })
}
