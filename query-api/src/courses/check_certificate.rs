//! GET /certificates/{code}: whether a certificate is one.

use access::log_failure;
use axum::extract::State;
use domain::values::CertificateCode;
use read_models::views::{CertificateView, find_certificate};
use read_models::{CERTIFICATES_PROJECTION, USERS_PROJECTION};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// A certificate under its name, and what it is worth.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckedCertificateAnswer {
    certificate: CheckedCertificate,
}

/// A certificate, and what it is worth.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckedCertificate {
    #[serde(flatten)]
    certificate: CertificateView,
    /// Whether it says that somebody has completed the course; no more when they were erased.
    valid: bool,
}

/// The certificate of a code, for everybody who was shown it. Case, blanks and hyphens of the code do not count.
#[utoipa::path(
    get,
    path = "/certificates/{code}",
    tag = "courses",
    params(
        ("code" = String, Path, description = "as it stands on the certificate", example = "7K2M-9XQ4-T0VB-3HSE"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<CheckedCertificateAnswer>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 404, description = "`not_found`: nobody has such a certificate", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn check_certificate(
    State(reads): State<Reads>,
    PathId(code): PathId<String>,
    context: RequestContext,
) -> Result<Success<CheckedCertificateAnswer>, ApiError> {
    let code = CertificateCode::parse(&code).map_err(|_| ApiError::not_found())?;
    let position = reads.begin(&context, &[CERTIFICATES_PROJECTION, USERS_PROJECTION]).await?;
    let found = find_certificate(reads.database(), code.as_str()).await.map_err(|error| log_failure(&error))?;
    let found = found.ok_or_else(ApiError::not_found)?;
    let certificate = CheckedCertificate { valid: found.is_valid(), certificate: found.view() };
    Ok(Success::data(CheckedCertificateAnswer { certificate }).position(position))
}
