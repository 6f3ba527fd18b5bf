//! GET /subscriptions/active: what I have subscribed to.

use access::{Caller, log_failure};
use axum::extract::State;
use events::Timestamp;
use read_models::SUBSCRIPTIONS_PROJECTION;
use read_models::views::{SubscriptionView, load_subscriptions};
use serde::Serialize;
use service_kit::clock::Clock;
use service_kit::http::{ApiError, DataBody, ErrorBody, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// A subscription.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActiveSubscription {
    subscription: SubscriptionView,
}

/// The caller's subscription: active, paused, or cancelled and paid for still.
#[utoipa::path(
    get,
    path = "/subscriptions/active",
    tag = "payment",
    security(("bearer" = [])),
    params(("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached")),
    responses(
        (status = 200, body = DataBody<ActiveSubscription>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: there is none", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_active_subscription(
    State(reads): State<Reads>,
    State(clock): State<Clock>,
    caller: Caller,
    context: RequestContext,
) -> Result<Success<ActiveSubscription>, ApiError> {
    let position = reads.begin(&context, &[SUBSCRIPTIONS_PROJECTION]).await?;
    let found = load_subscriptions(reads.database(), caller.user_id).await.map_err(|error| log_failure(&error))?;
    let now = Timestamp::new(clock.now());
    let live = found.into_iter().find(|subscription| subscription.is_live(now));
    let subscription = live.and_then(|subscription| subscription.view(now)).ok_or_else(ApiError::not_found)?;
    Ok(Success::data(ActiveSubscription { subscription }).position(position))
}
