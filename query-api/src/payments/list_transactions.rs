//! GET /transactions: what somebody has paid.

use access::{Caller, log_failure};
use axum::extract::State;
use events::{TransactionStatus, UserId};
use read_models::TRANSACTIONS_PROJECTION;
use read_models::views::{self, TransactionFilter, TransactionView};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Pagination, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// A page of payments.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransactionList {
    transactions: Vec<TransactionView>,
    pagination: Pagination,
}

/// The caller's payments, newest first; an admin sees everybody's, or those of `user_id`.
#[utoipa::path(
    get,
    path = "/transactions",
    tag = "payment",
    security(("bearer" = [])),
    params(
        ("page" = Option<u32>, Query, minimum = 1, description = "1 by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "10 by default"),
        ("status" = Option<String>, Query, description = "pending, completed, failed or refunded"),
        ("user_id" = Option<String>, Query, description = "whose; for admins"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<TransactionList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_transactions(
    State(reads): State<Reads>,
    caller: Caller,
    context: RequestContext,
    mut params: QueryParams,
) -> Result<Success<TransactionList>, ApiError> {
    let page = params.page();
    let status = params.optional("status", |text| TransactionStatus::from_word(text).ok_or("invalid"));
    let named: Option<UserId> = params.optional("user_id", |text| text.parse().map_err(|_| "invalid"));
    params.finish()?;
    let user_id = match named {
        None if caller.is_admin() => None,
        None => Some(caller.user_id),
        Some(other) if other != caller.user_id && !caller.is_admin() => return Err(ApiError::forbidden()),
        Some(named) => Some(named),
    };
    let position = reads.begin(&context, &[TRANSACTIONS_PROJECTION]).await?;
    let filter = TransactionFilter { user_id, status };
    let found = views::list_transactions(reads.database(), filter, page.skip(), page.limit).await;
    let (transactions, total) = found.map_err(|error| log_failure(&error))?;
    let transactions = transactions.into_iter().map(TransactionView::from).collect();
    Ok(Success::data(TransactionList { transactions, pagination: Pagination::new(page, total) }).position(position))
}
