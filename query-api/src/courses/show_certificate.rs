//! GET /courses/{id}/certificate: that the caller has completed a course.

use access::{Caller, log_failure};
use axum::extract::State;
use events::{CertificateId, CourseId};
use read_models::views::{CertificateView, load_certificate};
use read_models::{CERTIFICATES_PROJECTION, USERS_PROJECTION};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// A certificate under its name.
#[derive(Serialize, ToSchema)]
pub(crate) struct CertificateAnswer {
    certificate: CertificateView,
}

/// The caller's certificate of a course that they have completed, also when it is shown no more or they have left it.
#[utoipa::path(
    get,
    path = "/courses/{id}/certificate",
    tag = "courses",
    security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "the course"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<CertificateAnswer>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such course, or the caller has not completed it", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_certificate(
    State(reads): State<Reads>,
    PathId(course_id): PathId<CourseId>,
    caller: Caller,
    context: RequestContext,
) -> Result<Success<CertificateAnswer>, ApiError> {
    let id = CertificateId::of(caller.user_id, course_id);
    let position = reads.begin(&context, &[CERTIFICATES_PROJECTION, USERS_PROJECTION]).await?;
    let found = load_certificate(reads.database(), id).await.map_err(|error| log_failure(&error))?;
    let certificate = found.ok_or_else(ApiError::not_found)?.view();
    Ok(Success::data(CertificateAnswer { certificate }).position(position))
}
