//! GET /courses/{id}/faq: the questions that a course answers.

use access::{Access, MaybeCaller};
use axum::extract::State;
use events::CourseId;
use read_models::Faq;
use read_models::views::FaqView;
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Pagination, PathId, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use super::page_of_course;
use crate::Reads;

/// A page of answered questions.
#[derive(Serialize, ToSchema)]
pub(crate) struct FaqList {
    faq: Vec<FaqView>,
    pagination: Pagination,
}

/// The questions that a course answers, newest first, for whoever sees the course.
#[utoipa::path(
    get,
    path = "/courses/{id}/faq",
    tag = "courses",
    security((), ("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "the course"),
        ("page" = Option<u32>, Query, minimum = 1, description = "1 by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "10 by default"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<FaqList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 404, description = "`not_found`: no such course, or not visible to the caller", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_faq(
    State(reads): State<Reads>,
    State(access): State<Access>,
    PathId(id): PathId<CourseId>,
    MaybeCaller(caller): MaybeCaller,
    context: RequestContext,
    params: QueryParams,
) -> Result<Success<FaqList>, ApiError> {
    let (found, pagination, position) = page_of_course::<Faq>((&reads, &access), caller, id, &context, params).await?;
    let faq = found.into_iter().map(FaqView::from).collect();
    Ok(Success::data(FaqList { faq, pagination }).position(position))
}
