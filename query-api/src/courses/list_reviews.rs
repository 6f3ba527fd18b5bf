//! GET /courses/{id}/reviews: what learners think of a course.

use access::{Access, MaybeCaller};
use axum::extract::State;
use events::CourseId;
use read_models::Review;
use read_models::views::ReviewView;
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Pagination, PathId, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use super::page_of_course;
use crate::Reads;

/// A page of reviews.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReviewList {
    reviews: Vec<ReviewView>,
    pagination: Pagination,
}

/// What learners think of a course, newest first, for whoever sees the course.
#[utoipa::path(
    get,
    path = "/courses/{id}/reviews",
    tag = "courses",
    security((), ("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "the course"),
        ("page" = Option<u32>, Query, minimum = 1, description = "1 by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "10 by default"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<ReviewList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 404, description = "`not_found`: no such course, or not visible to the caller", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_reviews(
    State(reads): State<Reads>,
    State(access): State<Access>,
    PathId(id): PathId<CourseId>,
    MaybeCaller(caller): MaybeCaller,
    context: RequestContext,
    params: QueryParams,
) -> Result<Success<ReviewList>, ApiError> {
    let (found, pagination, position) =
        page_of_course::<Review>((&reads, &access), caller, id, &context, params).await?;
    let reviews = found.into_iter().map(ReviewView::from).collect();
    Ok(Success::data(ReviewList { reviews, pagination }).position(position))
}
