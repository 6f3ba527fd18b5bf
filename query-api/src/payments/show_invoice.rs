//! GET /transactions/:id/invoice: the invoice of a payment.

use access::{Caller, log_failure};
use axum::extract::State;
use axum::response::Response;
use event_log::{EventLog, LogError, Opened};
use events::{Event, InvoiceSeriesEvent, Position, TransactionId};
use http::HeaderMap;
use papers::{CreditNotePaper, InvoicePaper, Tongue};
use read_models::views::{InvoiceView, load_course, load_transaction};
use read_models::{TRANSACTIONS_PROJECTION, Transaction};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;
use crate::pdf::{Form, paper, tongue, varying};

/// An invoice.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvoiceAnswer {
    invoice: InvoiceView,
}

/// The invoice of a payment, with its credit note when the money went back, for who paid and for admins; as JSON, or by
/// `Accept` as PDF.
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
        (status = 200, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        ), content((DataBody<InvoiceAnswer> = "application/json"), (Vec<u8> = "application/pdf"))),
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
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let failed = |error: LogError| log_failure(&error);
    let position = reads.begin(&context, &[TRANSACTIONS_PROJECTION]).await?;
    let transaction = load_transaction(reads.database(), id).await.map_err(failed)?.ok_or_else(ApiError::not_found)?;
    if transaction.user_id != caller.user_id && !caller.is_admin() {
        return Err(ApiError::forbidden());
    }
    let at = transaction.invoice_position().ok_or_else(ApiError::not_found)?;
    let buyer_name = buyer_name(reads.log(), at).await.map_err(failed)?;
    if Form::asked(&headers) == Form::Pdf {
        let course = load_course(reads.database(), transaction.course_id).await.map_err(failed)?;
        let course_title = course.map(|documents| documents.course.title);
        let words = words(&transaction, buyer_name, course_title, tongue(context.language));
        let words = words.ok_or_else(ApiError::not_found)?;
        return paper(papers::invoice(&words), &words.number, position);
    }
    let invoice = transaction.invoice_view(buyer_name).ok_or_else(ApiError::not_found)?;
    Ok(varying(Success::data(InvoiceAnswer { invoice }).position(position)))
}

/// What stands on the paper.
fn words(
    transaction: &Transaction,
    buyer_name: Option<String>,
    course_title: Option<String>,
    tongue: Tongue,
) -> Option<InvoicePaper> {
    let invoice = transaction.invoice.as_ref()?;
    Some(InvoicePaper {
        tongue,
        number: invoice.number.clone(),
        issued_at: invoice.issued_at.utc(),
        seller: invoice.seller.clone(),
        buyer_name,
        course_title,
        net: invoice.net.minor,
        vat: invoice.vat.minor,
        vat_rate_basis_points: invoice.vat_rate_basis_points,
        total: invoice.total.minor,
        credit_note: transaction
            .credit_note
            .as_ref()
            .map(|note| CreditNotePaper { number: note.number.clone(), issued_at: note.issued_at.utc() }),
    })
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
