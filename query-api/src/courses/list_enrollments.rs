//! GET /enrollments: the caller's courses.

use access::{Caller, log_failure};
use axum::extract::State;
use read_models::views::{self, EnrollmentListItem};
use read_models::{ENROLLMENTS_PROJECTION, EnrollmentStatus};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Pagination, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// A page of the caller's enrollments.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrollmentList {
    enrollments: Vec<EnrollmentListItem>,
    pagination: Pagination,
}

/// The caller's enrollments, newest first, each with its course and how far they are. Page and total are of the same
/// instant.
#[utoipa::path(
    get,
    path = "/enrollments",
    tag = "courses",
    security(("bearer" = [])),
    params(
        ("page" = Option<u32>, Query, minimum = 1, description = "1 by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "10 by default"),
        ("status" = Option<String>, Query, description = "active, completed or dropped"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<EnrollmentList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`user_suspended`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_enrollments(
    State(reads): State<Reads>,
    caller: Caller,
    context: RequestContext,
    mut params: QueryParams,
) -> Result<Success<EnrollmentList>, ApiError> {
    let page = params.page();
    let status = params.optional("status", |text| EnrollmentStatus::from_word(text).ok_or("invalid"));
    params.finish()?;
    let position = reads.begin(&context, &[ENROLLMENTS_PROJECTION]).await?;
    let range = (page.skip(), page.limit);
    let found = views::list_enrollments(reads.database(), caller.user_id, status, range).await;
    let (enrollments, total) = found.map_err(|error| log_failure(&error))?;
    Ok(Success::data(EnrollmentList { enrollments, pagination: Pagination::new(page, total) }).position(position))
}
