//! Queries of the Auth service.

mod export_data;
mod list_sessions;
mod show_profile;
mod show_user;
mod verify_jwt;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::QueryDeps;

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new()
        .routes(routes!(show_profile::show_profile))
        .routes(routes!(list_sessions::list_sessions))
        .routes(routes!(show_user::show_user))
        .routes(routes!(export_data::export_data))
        .routes(routes!(verify_jwt::verify_jwt))
}
