//! POST /subscriptions/change-plan: a subscriber takes another plan.

use access::Caller;
use axum::extract::State;
use axum::response::Response;
use domain::Subscription;
use domain::subscription::{ChangePlan, ChangePlanError};
use events::{Fold, Plan, StreamId, SubscriptionId, Timestamp};
use serde::Deserialize;
use service_kit::http::{DataBody, ErrorBody, Fields, JsonBody};
use utoipa::ToSchema;

use super::SubscriptionAnswer;
use super::subscribe::parse_plan;
use super::subscription_steps::subscription_answer;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::courses::acting_role;

/// The plan to take.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    /// `basic`, `pro` or `enterprise`.
    #[schema(nullable = false, required = true)]
    plan: Option<String>,
}

/// Takes another plan: its courses open at once, and the next renewal costs what it costs.
#[utoipa::path(
    post, path = "/subscriptions/change-plan", tag = "payment", request_body = NewPlan, security(("bearer" = [])),
    responses(
        (status = 200, body = DataBody<SubscriptionAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, invalid_plan, invalid_status", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 404, description = "no_subscription", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn change_plan(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    JsonBody(body): JsonBody<NewPlan>,
) -> Result<Response, Refusal> {
    let mut fields = Fields::new();
    let plan = parse_plan(&mut fields, body.plan);
    let plan = fields.build(|| plan)?;
    let (user_id, origin) = (caller.user_id, context.origin(Some(&caller)));
    let done = commands.run(&origin, &Change { caller, plan }).await?;
    subscription_answer(&commands, user_id, &done).await
}

struct Change {
    caller: Caller,
    plan: Plan,
}

impl UseCase for Change {
    type Outcome = SubscriptionId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<SubscriptionId, Refusal> {
        acting_role(work, &self.caller).await?;
        let amount_per_month = work.plans().offer(self.plan).amount_per_month;
        let mut subscription = work.load::<Subscription>(self.caller.user_id).await?;
        subscription.decide(ChangePlan { plan: self.plan, amount_per_month, now }).await?;
        let current = subscription.state().current.as_ref().ok_or(ChangePlanError::NoSubscription)?;
        let id = current.subscription_id;
        work.put(subscription);
        Ok(id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Subscription::stream(self.caller.user_id))
    }
}
