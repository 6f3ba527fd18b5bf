//! GET /instructor/courses: how the caller's own courses do.

use access::{Caller, log_failure};
use axum::extract::State;
use events::Role;
use read_models::views::{self, InstructorCourseView};
use read_models::{COURSES_PROJECTION, ENROLLMENTS_PROJECTION, TRANSACTIONS_PROJECTION};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Pagination, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// A page of the caller's courses.
#[derive(Serialize, ToSchema)]
pub(crate) struct InstructorCourseList {
    courses: Vec<InstructorCourseView>,
    pagination: Pagination,
}

/// The caller's courses in every status, newest first, with their learners, how many complete them, what those think of
/// them, and what they bring in. For instructors and admins.
#[utoipa::path(
    get,
    path = "/instructor/courses",
    tag = "courses",
    security(("bearer" = [])),
    params(
        ("page" = Option<u32>, Query, minimum = 1, description = "1 by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "10 by default"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<InstructorCourseList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_instructor_courses(
    State(reads): State<Reads>,
    caller: Caller,
    context: RequestContext,
    mut params: QueryParams,
) -> Result<Success<InstructorCourseList>, ApiError> {
    if caller.role == Role::Learner {
        return Err(ApiError::forbidden());
    }
    let page = params.page();
    params.finish()?;
    let read = [COURSES_PROJECTION, ENROLLMENTS_PROJECTION, TRANSACTIONS_PROJECTION];
    let position = reads.begin(&context, &read).await?;
    let range = (page.skip(), page.limit);
    let found = views::list_instructor_courses(reads.database(), caller.user_id, range).await;
    let (courses, total) = found.map_err(|error| log_failure(&error))?;
    let pagination = Pagination::new(page, total);
    Ok(Success::data(InstructorCourseList { courses, pagination }).position(position))
}
