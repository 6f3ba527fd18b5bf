//! Uploaded files, fetched.

mod show_media;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::QueryDeps;

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new().routes(routes!(show_media::show_media))
}
