//! GET /admin/audit/verify: the hash chain, recomputed.

use std::time::{Duration, Instant};

use access::{Caller, log_failure};
use axum::extract::State;
use event_log::VerifyOptions;
use events::Position;
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use super::position;
use crate::Reads;

/// How long an answer may take; what it has come to by then is told.
const LIMIT: Duration = Duration::from_secs(20);

/// What a verification found.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditVerification)]
pub(crate) struct VerificationView {
    /// Whether all that was looked at is as it was written.
    ok: bool,
    /// The first position.
    from: Position,
    /// The last position that was looked at. A long log is looked at in several requests, each from where the last one
    /// ended.
    to: Position,
    /// How many events were looked at.
    checked: u64,
    /// The first position that is not as it was written.
    first_bad_position: Option<Position>,
}

/// Recomputes the chain of hashes over what is stored, for at most 20 s.
#[utoipa::path(
    get,
    path = "/admin/audit/verify",
    tag = "admin",
    security(("bearer" = [])),
    params(
        ("from" = Option<u64>, Query, description = "first position; 1 by default"),
        ("to" = Option<u64>, Query, description = "last position; the end of the log by default"),
    ),
    responses(
        (status = 200, body = DataBody<VerificationView>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn verify_log(
    State(reads): State<Reads>,
    caller: Caller,
    _context: RequestContext,
    mut params: QueryParams,
) -> Result<Success<VerificationView>, ApiError> {
    caller.must_be_admin()?;
    let from = params.optional("from", position).unwrap_or(1).max(1);
    let to = params.optional("to", position);
    if to.is_some_and(|to| to < from) {
        params.fields().reject("to", "out_of_range");
    }
    params.finish()?;
    let log = reads.log().clone();
    let deadline = Some(Instant::now() + LIMIT);
    // A task of its own: the request's limit on calls to MongoDB is for those that are asked for little.
    let verifying =
        tokio::spawn(async move { log.verify(&VerifyOptions { from, to, deadline, progress: &|_| () }).await });
    let found = verifying.await.map_err(ApiError::internal)?.map_err(|error| log_failure(&error))?;
    let view = VerificationView {
        ok: found.first_bad.is_none(),
        from: found.from,
        to: found.to,
        checked: found.checked,
        first_bad_position: found.first_bad,
    };
    Ok(Success::data(view).position(found.to))
}
