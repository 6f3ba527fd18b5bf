//! POST /subscribe: somebody subscribes to a plan.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Subscription;
use domain::subscription::{AnswerSubscription, RequestSubscription, SubscriptionAnswer as Answer};
use event_log::with_deadline_anew;
use events::{Fold, Plan, StreamId, SubscriptionId, Timestamp, UserId};
use http::StatusCode;
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, FieldError, Fields, JsonBody};
use utoipa::ToSchema;
use uuid::Uuid;

use super::provider::{Agreed, Asking, Month};
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
        (status = 503, description = "unavailable: also when the provider gave no answer; it is asked again without being told to", body = ErrorBody),
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
    let request = Request { id: SubscriptionId::new(Uuid::now_v7()), plan, card, caller };
    let requested = commands.run(&origin.not_to_wait(), &request).await?;
    let heard = ask_for_first_month(&commands, &payments, user_id, Asking::First).await?;
    with_deadline_anew(take_in(&commands, origin, (user_id, requested), heard)).await
}

/// Takes in what the provider has answered, if it was asked, and answers the subscriber.
async fn take_in(
    commands: &Commands,
    origin: Origin,
    (user_id, requested): (UserId, Done<SubscriptionId>),
    heard: Option<TakeAnswer>,
) -> Result<Response, Refusal> {
    let done = commands.follow_up(&origin, requested, &Subscription::stream(user_id), heard.as_ref()).await?;
    let Some(subscription) = subscription_view(commands, user_id, done.outcome).await? else {
        let mut response = ApiError::new(StatusCode::PAYMENT_REQUIRED, "payment_failed").into_response();
        response.extensions_mut().insert(Final);
        return Ok(response);
    };
    Ok(done.answer(SubscriptionAnswer { subscription }).created().into_response())
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

/// Asks the provider for the first month of the subscription that a person has asked for. Gives the answer, to be taken
/// in; none when nothing waits for one. Asking twice does no harm.
///
/// # Errors
/// [`Refusal`]: the log can't be read; the provider gives no answer.
pub(super) async fn ask_for_first_month(
    commands: &Commands,
    payments: &Payments,
    user_id: UserId,
    asking: Asking,
) -> Result<Option<TakeAnswer>, Refusal> {
    let loaded = commands.log().load::<Subscription>(user_id).await?;
    let Some(requested) = loaded.state.requested.as_ref() else { return Ok(None) };
    let (id, amount) = (requested.subscription_id, requested.amount_per_month);
    let month = Month { id, number: 1, amount, card: &requested.payment_method_id };
    let answer = match payments.provider.subscribe(&month, asking).await? {
        Agreed::Yes(provider_subscription_id) => Answer::Started { provider_subscription_id },
        Agreed::No(code) => Answer::Declined(code),
    };
    Ok(Some(TakeAnswer { user_id, id, answer }))
}

/// What the provider has answered, to be taken in.
pub(super) struct TakeAnswer {
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
