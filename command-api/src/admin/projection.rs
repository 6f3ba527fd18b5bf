//! The projections, by name.

use read_models::ALL_PROJECTIONS;
use service_kit::http::ApiError;

/// The name of a projection that there is.
pub(super) type ProjectionName = &'static str;

/// The projection of that name.
///
/// # Errors
/// 404 `not_found`.
pub(super) fn known(name: &str) -> Result<ProjectionName, ApiError> {
    ALL_PROJECTIONS.iter().copied().find(|known| *known == name).ok_or_else(ApiError::not_found)
}
