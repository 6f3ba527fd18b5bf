//! GET /user/:user_id/entitlements: every course that somebody can open now.

use std::collections::BTreeSet;

use access::{Access, Caller, log_failure};
use axum::extract::State;
use domain::subscription::PlanOffer;
use event_log::LogError;
use events::{CourseId, Timestamp, UserId};
use read_models::views::{SubscriptionView, courses_covered, load_entitlements};
use read_models::{
    COURSES_PROJECTION, Course, ENROLLMENTS_PROJECTION, ENTITLEMENTS_PROJECTION, SUBSCRIPTIONS_PROJECTION,
    USERS_PROJECTION, UserStatus,
};
use serde::Serialize;
use service_kit::clock::Clock;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// What the answer is read from.
const READ: [&str; 5] =
    [USERS_PROJECTION, COURSES_PROJECTION, ENROLLMENTS_PROJECTION, ENTITLEMENTS_PROJECTION, SUBSCRIPTIONS_PROJECTION];

/// What somebody can open.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct EntitlementsAnswer {
    /// The courses.
    #[schema(value_type = Vec<uuid::Uuid>)]
    courses: BTreeSet<CourseId>,
    /// Their subscription: active, paused, or cancelled and paid for still.
    subscription: Option<SubscriptionView>,
}

/// Every course that a person can open now, by a right of theirs or by their plan; for themselves and for admins.
#[utoipa::path(
    get,
    path = "/user/{user_id}/entitlements",
    tag = "payment",
    security(("bearer" = [])),
    params(
        ("user_id" = uuid::Uuid, Path, description = "The person"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<EntitlementsAnswer>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: there is no such person", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_entitlements(
    State(reads): State<Reads>,
    State(access): State<Access>,
    State(clock): State<Clock>,
    caller: Caller,
    context: RequestContext,
    PathId(user_id): PathId<UserId>,
) -> Result<Success<EntitlementsAnswer>, ApiError> {
    if caller.user_id != user_id && !caller.is_admin() {
        return Err(ApiError::forbidden());
    }
    let failed = |error: LogError| log_failure(&error);
    let now = Timestamp::new(clock.now());
    let position = reads.begin(&context, &READ).await?;
    let found = load_entitlements(reads.database(), user_id).await.map_err(failed)?.ok_or_else(ApiError::not_found)?;
    if found.user.status == UserStatus::Deleted {
        // What they had bought is theirs no more: nobody can come for it.
        return Ok(Success::data(EntitlementsAnswer::default()).position(position));
    }
    let granted = found.grants.iter().filter(|grant| !grant.suspended);
    let mut courses: BTreeSet<CourseId> = granted.map(|grant| grant.course_id).collect();
    let live = found.subscriptions.into_iter().find(|subscription| subscription.is_live(now));
    if let Some(subscription) = live.as_ref().filter(|subscription| subscription.is_open(now)) {
        let offer = access.plans().offer(subscription.plan);
        let covered = courses_covered(reads.database(), &found.enrolled_in, |course| covers(offer, course)).await;
        courses.extend(covered.map_err(failed)?);
    }
    let subscription = live.and_then(|subscription| subscription.view(now));
    Ok(Success::data(EntitlementsAnswer { courses, subscription }).position(position))
}

fn covers(offer: &PlanOffer, course: &Course) -> bool {
    offer.covers(course.id, course.price.pricing_model, course.price.money())
}
