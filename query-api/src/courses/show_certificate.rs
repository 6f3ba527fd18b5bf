//! GET /courses/{id}/certificate: that the caller has completed a course.

use access::{Caller, log_failure};
use axum::extract::State;
use axum::response::Response;
use events::{CertificateId, CourseId};
use http::HeaderMap;
use papers::CertificatePaper;
use read_models::views::{CertificateView, load_certificate};
use read_models::{CERTIFICATES_PROJECTION, USERS_PROJECTION};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use crate::pdf::{Form, paper, tongue, varying};
use crate::{PublicUrl, Reads};

/// A certificate under its name.
#[derive(Serialize, ToSchema)]
pub(crate) struct CertificateAnswer {
    certificate: CertificateView,
}

/// The caller's certificate of a course that they have completed, also when it is shown no more or they have left it; as
/// JSON, or by `Accept` as PDF.
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
        (status = 200, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        ), content((DataBody<CertificateAnswer> = "application/json"), (Vec<u8> = "application/pdf"))),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such course, or the caller has not completed it", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_certificate(
    State(reads): State<Reads>,
    State(public): State<PublicUrl>,
    PathId(course_id): PathId<CourseId>,
    caller: Caller,
    context: RequestContext,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = CertificateId::of(caller.user_id, course_id);
    let position = reads.begin(&context, &[CERTIFICATES_PROJECTION, USERS_PROJECTION]).await?;
    let found = load_certificate(reads.database(), id).await.map_err(|error| log_failure(&error))?;
    let certificate = found.ok_or_else(ApiError::not_found)?.view();
    if Form::asked(&headers) == Form::Pdf {
        let words = CertificatePaper {
            tongue: tongue(context.language),
            name: certificate.user_name,
            course_title: certificate.course_title,
            completed_at: certificate.completed_at.utc(),
            check_at: format!("{}/certificates/{}", public.0, certificate.code),
            code: certificate.code,
        };
        return paper(papers::certificate(&words), &words.code, position);
    }
    Ok(varying(Success::data(CertificateAnswer { certificate }).position(position)))
}
