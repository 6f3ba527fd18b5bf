//! What admins ask.

mod list_users;
mod show_user;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::QueryDeps;

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new().routes(routes!(list_users::list_users)).routes(routes!(show_user::show_account))
}
