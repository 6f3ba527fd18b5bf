//! POST /webhook/stripe: the provider says how payments and subscriptions are going.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use domain::subscription::{HearOfSubscription, SubscriptionNews};
use domain::transaction::PaymentNews;
use domain::{Subscription, Transaction};
use events::{Fold, ProviderEvent, StreamId, Timestamp, TransactionId, UserId};
use http::{HeaderMap, StatusCode};
use read_models::views::{subscription_of_provider, transaction_of_intent};
use read_models::{SUBSCRIPTIONS_PROJECTION, TRANSACTIONS_PROJECTION};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::Value;
use service_kit::http::{ApiError, ErrorBody};
use utoipa::ToSchema;

use super::Payments;
use super::message::{Message, News, Told, money};
use super::settle::Settle;
use super::signature::is_signed;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Origin, UnitOfWork, UseCase};

/// The largest message.
const BODY_LIMIT: usize = 1024 * 1024;

/// That a message was taken in.
#[derive(Serialize, ToSchema)]
pub struct Received {
    /// `true`.
    success: bool,
}

/// Takes in a message of the provider. Those that came before, come too late, or are about something else are answered
/// alike.
#[utoipa::path(
    post, path = "/webhook/stripe", tag = "payment",
    request_body(content = Object, description = "an event of Stripe, signed over its bytes"),
    params(("Stripe-Signature" = String, Header, description = "`t=<time>,v1=<signature>`, at most 300 s old")),
    responses(
        (status = 200, body = Received),
        (status = 400, description = "malformed_body: it is no event", body = ErrorBody),
        (status = 401, description = "invalid_signature", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, description = "read_model_behind, unavailable: to be sent again", body = ErrorBody),
    )
)]
pub async fn hear_stripe(
    State(commands): State<Commands>,
    State(payments): State<Payments>,
    context: CommandContext,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Refusal> {
    let too_large = |_| ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE);
    let body = to_bytes(request.into_body(), BODY_LIMIT).await.map_err(too_large)?;
    must_be_signed(&commands, &payments, &headers, &body)?;
    let malformed = || ApiError::bad_request("malformed_body");
    let body: Value = serde_json::from_slice(&body).map_err(|_| malformed())?;
    let message = Message::of(&body).ok_or_else(malformed)?;
    let origin = context.origin(None);
    match message.news.filter(|_| payments.provider.concerns(message.livemode)) {
        None => {}
        Some(News::Payment { transaction_id, payment_intent_id, news }) => {
            let found = find_payment(&commands, &payments, transaction_id, payment_intent_id.as_deref()).await?;
            if let Some(id) = found {
                take_in(&commands, &payments, &origin, (id, payment_intent_id, news, message.event)).await?;
            }
        }
        Some(News::Subscription { id, news }) => {
            if let Some(user_id) = find_subscriber(&commands, &id).await? {
                let hear = Hear { user_id, id, news, event: message.event };
                commands.run(&origin, &hear).await?;
            }
        }
    }
    Ok(axum::Json(Received { success: true }).into_response())
}

fn must_be_signed(commands: &Commands, payments: &Payments, headers: &HeaderMap, body: &[u8]) -> Result<(), ApiError> {
    let invalid = || ApiError::new(StatusCode::UNAUTHORIZED, "invalid_signature");
    let secret = payments.webhook_secret.as_ref().ok_or_else(invalid)?.expose_secret();
    let header = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).ok_or_else(invalid)?;
    // Who signs knows nothing of a clock that `dev` has shifted.
    let now = [Utc::now(), commands.clock().now()];
    if is_signed(header, body, secret.as_bytes(), &now) { Ok(()) } else { Err(invalid()) }
}

/// Our payment: by our own name of it, by what the provider's name tells, or by looking that up.
async fn find_payment(
    commands: &Commands,
    payments: &Payments,
    ours: Option<TransactionId>,
    intent: Option<&str>,
) -> Result<Option<TransactionId>, Refusal> {
    let named = intent.and_then(|intent| payments.provider.payment_named(intent));
    for id in [ours, named].into_iter().flatten() {
        if commands.log().load::<Transaction>(id).await?.state.payment.is_some() {
            return Ok(Some(id));
        }
    }
    let Some(intent) = intent else { return Ok(None) };
    if !commands.caught_up(&[TRANSACTIONS_PROJECTION]).await? {
        return Err(ApiError::read_model_behind().into());
    }
    let found = transaction_of_intent(commands.log().database(), intent).await?;
    Ok(found.map(|transaction| transaction.id))
}

async fn find_subscriber(commands: &Commands, provider_id: &str) -> Result<Option<UserId>, Refusal> {
    if !commands.caught_up(&[SUBSCRIPTIONS_PROJECTION]).await? {
        return Err(ApiError::read_model_behind().into());
    }
    let found = subscription_of_provider(commands.log().database(), provider_id).await?;
    Ok(found.map(|subscription| subscription.user_id))
}

async fn take_in(
    commands: &Commands,
    payments: &Payments,
    origin: &Origin,
    (id, payment_intent_id, told, event): (TransactionId, Option<String>, Told, ProviderEvent),
) -> Result<(), Refusal> {
    let news = match told {
        Told::News(news) => news,
        Told::Returned(minor) => {
            let state = commands.log().load::<Transaction>(id).await?.state;
            let Some(amount) = state.payment.as_ref().map(|payment| payment.amount) else { return Ok(()) };
            if minor >= amount.minor {
                PaymentNews::Refunded(events::RefundCause::Provider)
            } else {
                PaymentNews::PartlyRefunded(money(minor, amount.currency))
            }
        }
    };
    let provider_event_id = Some(event.id);
    let settle = Settle { id, news, payment_intent_id, provider_event_id, terms: &payments.terms };
    commands.run(origin, &settle).await?;
    Ok(())
}

struct Hear {
    user_id: UserId,
    id: String,
    news: SubscriptionNews,
    event: ProviderEvent,
}

impl UseCase for Hear {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), Refusal> {
        let mut subscription = work.load::<Subscription>(self.user_id).await?;
        let command = HearOfSubscription {
            provider_subscription_id: self.id.clone(),
            news: self.news.clone(),
            provider_event: self.event.clone(),
            now,
        };
        subscription.decide(command).await?;
        work.put(subscription);
        Ok(())
    }

    fn names(&self) -> Option<StreamId> {
        Some(Subscription::stream(self.user_id))
    }
}
