//! Queries of the Payment service.

mod list_transactions;
mod show_entitlements;
mod show_invoice;
mod show_subscription;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::QueryDeps;

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new()
        .routes(routes!(list_transactions::list_transactions))
        .routes(routes!(show_invoice::show_invoice))
        .routes(routes!(show_subscription::show_active_subscription))
        .routes(routes!(show_entitlements::show_entitlements))
}
