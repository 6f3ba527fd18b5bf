//! POST /subscribe: somebody subscribes to a plan.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Subscription;
use domain::subscription::{AnswerSubscription, RequestSubscription, SubscriptionAnswer as Answer};
use events::{Fold, Plan, StreamId, SubscriptionId, Timestamp, UserId};
use http::StatusCode;
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, FieldError, Fields, JsonBody};
use utoipa::ToSchema;
use uuid::Uuid;

use super::provider::Provider;
use super::purchase::parse_card;
use super::{Payments, SubscriptionAnswer, subscription_view};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Done, Final, Origin, UnitOfWork, UseCase};
use crate::courses::acting_role;

/// What is subscribed to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscribe {
    /// `basic`, `pro` or `enterprise`.
    #[schema(nullable = false, required = true)]
    plan: Option<String>,
    /// The provider's name of the card; `pm_card_visa` when it is left out.
    payment_method_id: Option<String>,
}

/// The plan that a body names.
pub(super) fn parse_plan(fields: &mut Fields, plan: Option<String>) -> Option<Plan> {
    fields.required_text("plan", plan, |text| {
        let is_text = !text.contains(char::is_control);
        let unknown = if is_text { FieldError::specific("invalid_plan") } else { FieldError::new("control_character") };
        Plan::from_word(text).ok_or(unknown)
    })
}

/// Subscribes the caller, and has them pay for the first month.
#[utoipa::path(
    post, path = "/subscribe", tag = "payment", request_body = Subscribe, security(("bearer" = [])),
    responses(
        (status = 201, body = DataBody<SubscriptionAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, invalid_plan, already_subscribed", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 402, description = "payment_failed", body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn subscribe(
    State(commands): State<Commands>,
    State(payments): State<Payments>,
    caller: Caller,
    context: CommandContext,
    JsonBody(body): JsonBody<Subscribe>,
) -> Result<Response, Refusal> {
    let mut fields = Fields::new();
    let plan = parse_plan(&mut fields, body.plan);
    let card = parse_card(&mut fields, &payments.provider, body.payment_method_id);
    let (plan, card) = fields.build(|| Some((plan?, card?)))?;
    let user_id = caller.user_id;
    let origin = context.origin(Some(&caller));
    let first = Origin { prefer_async: true, ..origin.clone() };
    let request = Request { id: SubscriptionId::new(Uuid::now_v7()), plan, card, caller };
    let requested = commands.run(&first, &request).await?;
    let id = requested.outcome;
    let second = Origin { ticket: None, ..origin };
    let done = ask_for_first_month(&commands, &payments.provider, &second, user_id).await?;
    let Some(subscription) = subscription_view(&commands, user_id, id).await? else {
        let mut response = ApiError::new(StatusCode::PAYMENT_REQUIRED, "payment_failed").into_response();
        response.extensions_mut().insert(Final);
        return Ok(response);
    };
    let answer = SubscriptionAnswer { subscription };
    Ok(match done {
        Some(done) => done.answer(answer),
        None => requested.answer(answer),
    }
    .created()
    .into_response())
}

struct Request {
    id: SubscriptionId,
    plan: Plan,
    card: String,
    caller: Caller,
}

impl UseCase for Request {
    type Outcome = SubscriptionId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<SubscriptionId, Refusal> {
        acting_role(work, &self.caller).await?;
        let user_id = self.caller.user_id;
        let amount_per_month = work.plans().offer(self.plan).amount_per_month;
        let mut subscription = work.load::<Subscription>(user_id).await?;
        let command = RequestSubscription {
            subscription_id: self.id,
            user_id,
            plan: self.plan,
            amount_per_month,
            payment_method_id: self.card.clone(),
            now,
        };
        subscription.decide(command).await?;
        work.put(subscription);
        Ok(self.id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Subscription::stream(self.caller.user_id))
    }
}

/// Asks the provider for the first month of the subscription that a person has asked for, and takes the answer in. Asking
/// twice does no harm. None when nothing waits for an answer.
///
/// # Errors
/// [`Refusal`]: the log can't be read or written.
pub(super) async fn ask_for_first_month(
    commands: &Commands,
    provider: &Provider,
    origin: &Origin,
    user_id: UserId,
) -> Result<Option<Done<()>>, Refusal> {
    let loaded = commands.log().load::<Subscription>(user_id).await?;
    let Some(requested) = loaded.state.requested.as_ref() else { return Ok(None) };
    let id = requested.subscription_id;
    let answer = match provider.subscribe(id, &requested.payment_method_id) {
        Ok(provider_subscription_id) => Answer::Started { provider_subscription_id },
        Err(code) => Answer::Declined(code),
    };
    Ok(Some(commands.run(origin, &TakeAnswer { user_id, id, answer }).await?))
}

struct TakeAnswer {
    user_id: UserId,
    id: SubscriptionId,
    answer: Answer,
}

impl UseCase for TakeAnswer {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), Refusal> {
        let mut subscription = work.load::<Subscription>(self.user_id).await?;
        let answer = self.answer.clone();
        subscription.decide(AnswerSubscription { subscription_id: self.id, answer, now }).await?;
        work.put(subscription);
        Ok(())
    }

    fn names(&self) -> Option<StreamId> {
        Some(Subscription::stream(self.user_id))
    }
}
