//! What admins ask.

mod list_projections;
mod list_users;
mod show_rebuild;
mod show_user;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::QueryDeps;

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new()
        .routes(routes!(list_users::list_users))
        .routes(routes!(show_user::show_account))
        .routes(routes!(list_projections::list_projections))
        .routes(routes!(show_rebuild::show_rebuild))
}
