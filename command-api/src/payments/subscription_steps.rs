//! POST /subscriptions/cancel, /pause, /resume: a subscriber ends their subscription, lets it rest, or lets it go on.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Subscription;
use domain::subscription::{StepSubscription, StepSubscriptionError, SubscriptionStep};
use events::{Fold, StreamId, SubscriptionId, Timestamp, UserId};
use service_kit::http::{ApiError, DataBody, ErrorBody};

use super::{SubscriptionAnswer, subscription_view};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Done, UnitOfWork, UseCase};
use crate::courses::acting_role;

/// Cancels the caller's subscription: it opens courses until its renewal date, and ends then.
#[utoipa::path(
    post, path = "/subscriptions/cancel", tag = "payment", security(("bearer" = [])),
    responses(
        (status = 200, body = DataBody<SubscriptionAnswer>),
        (status = 400, description = "invalid_status", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 404, description = "no_subscription", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn cancel_subscription(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
) -> Result<Response, Refusal> {
    take(&commands, caller, &context, SubscriptionStep::Cancel).await
}

/// Lets the caller's subscription rest: it opens nothing, and nothing is paid, until it is resumed.
#[utoipa::path(
    post, path = "/subscriptions/pause", tag = "payment", security(("bearer" = [])),
    responses(
        (status = 200, body = DataBody<SubscriptionAnswer>),
        (status = 400, description = "invalid_status", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 404, description = "no_subscription", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn pause_subscription(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
) -> Result<Response, Refusal> {
    take(&commands, caller, &context, SubscriptionStep::Pause).await
}

/// Lets the caller's subscription go on: after a pause, or by taking its cancellation back.
#[utoipa::path(
    post, path = "/subscriptions/resume", tag = "payment", security(("bearer" = [])),
    responses(
        (status = 200, body = DataBody<SubscriptionAnswer>),
        (status = 400, description = "invalid_status", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 404, description = "no_subscription", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn resume_subscription(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
) -> Result<Response, Refusal> {
    take(&commands, caller, &context, SubscriptionStep::Resume).await
}

async fn take(
    commands: &Commands,
    caller: Caller,
    context: &CommandContext,
    step: SubscriptionStep,
) -> Result<Response, Refusal> {
    let (user_id, origin) = (caller.user_id, context.origin(Some(&caller)));
    let done = commands.run(&origin, &Take { caller, step }).await?;
    subscription_answer(commands, user_id, &done).await
}

/// The subscription after a command.
///
/// # Errors
/// 503 when it can't be read.
pub(super) async fn subscription_answer(
    commands: &Commands,
    user_id: UserId,
    done: &Done<SubscriptionId>,
) -> Result<Response, Refusal> {
    let subscription = subscription_view(commands, user_id, done.outcome).await?.ok_or_else(ApiError::not_found)?;
    Ok(done.answer(SubscriptionAnswer { subscription }).into_response())
}

struct Take {
    caller: Caller,
    step: SubscriptionStep,
}

impl UseCase for Take {
    type Outcome = SubscriptionId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<SubscriptionId, Refusal> {
        acting_role(work, &self.caller).await?;
        let mut subscription = work.load::<Subscription>(self.caller.user_id).await?;
        subscription.decide(StepSubscription { step: self.step, now }).await?;
        let current = subscription.state().current.as_ref().ok_or(StepSubscriptionError::NoSubscription)?;
        let id = current.subscription_id;
        work.put(subscription);
        Ok(id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Subscription::stream(self.caller.user_id))
    }
}
