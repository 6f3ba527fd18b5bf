//! GET /courses: the catalogue.

use access::log_failure;
use axum::extract::State;
use mongodb::error::Error;
use read_models::views::{CourseListItem, Reading, Snapshot, read_at_once};
use read_models::{COURSES_PROJECTION, Course};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Pagination, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use super::catalogue::Catalogue;
use crate::Reads;

/// A page of the catalogue.
#[derive(Serialize, ToSchema)]
pub(crate) struct CourseList {
    courses: Vec<CourseListItem>,
    pagination: Pagination,
}

/// The published courses that match, page by page. Page and total are of the same instant.
#[utoipa::path(
    get,
    path = "/courses",
    tag = "courses",
    params(
        ("page" = Option<u32>, Query, minimum = 1, description = "1 by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "10 by default"),
        ("domain" = Option<String>, Query, description = "Excel, R, Python or Other"),
        ("search" = Option<String>, Query, max_length = 200,
            description = "words of title, keywords, descriptions; all must be there; accents and case do not count"),
        ("sort_by" = Option<String>, Query,
            description = "popular, newest or rating; by default newest, or best match for a search"),
        ("stack" = Option<String>, Query, description = "tools, separated by commas; all must be there"),
        ("min_price" = Option<f64>, Query, description = "in euros, at most 2 decimals"),
        ("max_price" = Option<f64>, Query, description = "in euros, at most 2 decimals"),
        ("min_rating" = Option<f64>, Query, minimum = 0, maximum = 5, description = "least average rating"),
        ("language" = Option<String>, Query, description = "fr or en"),
        ("category" = Option<String>, Query, description = "shelf, as it is written in the course"),
        ("instructor_id" = Option<uuid::Uuid>, Query, description = "whose courses"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<CourseList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_courses(
    State(reads): State<Reads>,
    context: RequestContext,
    params: QueryParams,
) -> Result<Success<CourseList>, ApiError> {
    let catalogue = Catalogue::parse(params)?;
    let position = reads.begin(&context, &[COURSES_PROJECTION]).await?;
    let read = read_at_once(reads.database(), &catalogue).await;
    let (courses, total) = read.map_err(|error| log_failure(&error))?;
    let pagination = Pagination::new(catalogue.page(), total);
    let courses = courses.into_iter().map(CourseListItem::from).collect();
    Ok(Success::data(CourseList { courses, pagination }).position(position))
}

impl Reading for Catalogue {
    type Output = (Vec<Course>, u64);

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let total = snapshot.count::<Course>(self.filter()).await?;
        Ok((snapshot.aggregate(self.pipeline()).await?, total))
    }
}
