//! Ids in the path.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// The ids of a route: `PathId<A>` for one, `PathId<(A, B)>` for two, or a struct named like the parameters. One that
/// can't be read (no UUID, not UTF-8) names nothing that exists: 404 `not_found`, as for an unknown id.
#[derive(Clone, Copy, Debug)]
pub struct PathId<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathId<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            // The route and the handler don't fit together: a mistake of ours, and not the caller's.
            Err(rejection) if rejection.status().is_server_error() => Err(ApiError::internal(rejection.body_text())),
            Err(_) => Err(ApiError::not_found()),
        }
    }
}
