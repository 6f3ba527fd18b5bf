//! POST /purchase: somebody buys a course.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Transaction;
use domain::access::{GrantAccess, GrantReason, OpenPurchase};
use domain::course::CourseStatus;
use domain::enrollment::EnrollLearner;
use domain::transaction::StartPayment;
use domain::values::{ValueError, word};
use event_log::with_deadline_anew;
use events::{
    CourseId, EnrollmentSource, Fold, GrantId, PaymentMethod, StreamId, Timestamp, TransactionId, TransactionStatus,
};
use http::StatusCode;
use read_models::views::TransactionView;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, FieldError, Fields, JsonBody};
use utoipa::ToSchema;
use uuid::Uuid;

use super::provider::{Asking, Provider, USUAL_CARD};
use super::settle::{Settle, ask};
use super::{Payments, transaction_view};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Done, Final, Origin, UnitOfWork, UseCase};
use crate::courses::{Learner, acting_role};
use crate::fields::parsed;

/// What is bought, and how it is paid.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    /// The course.
    #[schema(nullable = false, required = true, format = Uuid)]
    course_id: Option<String>,
    /// `card`, `bank_transfer` or `free`.
    #[schema(nullable = false, required = true)]
    payment_method: Option<String>,
    /// The provider's name of the card; `pm_card_visa` when it is left out.
    payment_method_id: Option<String>,
}

/// A purchase.
#[derive(Serialize, ToSchema)]
pub struct PurchaseAnswer {
    /// The payment.
    transaction: TransactionView,
    /// What the buyer is asked with; only while they are to be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

struct Wish {
    course_id: CourseId,
    method: PaymentMethod,
    card: String,
}

impl Purchase {
    fn parse(self, provider: &Provider) -> Result<Wish, ApiError> {
        let mut fields = Fields::new();
        let course_id = fields
            .required_text("course_id", self.course_id, |text| parsed(text.parse().map_err(|_| ValueError::Invalid)));
        let method = fields
            .required_text("payment_method", self.payment_method, |text| parsed(word(text, PaymentMethod::from_word)));
        let card = parse_card(&mut fields, provider, self.payment_method_id);
        fields.build(|| Some(Wish { course_id: course_id?, method: method?, card: card? }))
    }
}

/// The card that a body names, or the usual one.
pub(super) fn parse_card(fields: &mut Fields, provider: &Provider, card: Option<String>) -> Option<String> {
    let named = fields.optional_text("payment_method_id", card, |text| match text {
        known if provider.knows(known) => Ok(Some(known.to_owned())),
        _ => Err(FieldError::new("invalid")),
    });
    match named {
        Some(card) => card,
        None => Some(USUAL_CARD.to_owned()),
    }
}

/// Buys a course for the caller. The price is the course's own.
#[utoipa::path(
    post, path = "/purchase", tag = "payment", request_body = Purchase, security(("bearer" = [])),
    responses(
        (status = 201, body = DataBody<PurchaseAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, course_not_found, already_owned, purchase_pending", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 402, description = "payment_failed: the failed payment is kept; payment_required: the course is not free", body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, description = "unavailable: also when the provider gave no answer; it is asked again without being told to", body = ErrorBody),
    )
)]
pub async fn purchase(
    State(commands): State<Commands>,
    State(payments): State<Payments>,
    caller: Caller,
    context: CommandContext,
    JsonBody(body): JsonBody<Purchase>,
) -> Result<Response, Refusal> {
    let wish = body.parse(&payments.provider)?;
    let origin = context.origin(Some(&caller));
    let start = Start { id: TransactionId::new(Uuid::now_v7()), wish, caller };
    let started = commands.run(&origin.not_to_wait(), &start).await?;
    let heard = ask(&commands, &payments, started.outcome, Asking::First).await?;
    with_deadline_anew(take_in(&commands, origin, started, heard)).await
}

/// Takes in what the provider has answered, if it was asked, and answers the buyer.
async fn take_in(
    commands: &Commands,
    origin: Origin,
    started: Done<TransactionId>,
    heard: Option<(Settle<'_>, Option<String>)>,
) -> Result<Response, Refusal> {
    let (settle, client_secret) = heard.unzip();
    let stream = Transaction::stream(started.outcome);
    let done = commands.follow_up(&origin, started, &stream, settle.as_ref()).await?;
    let transaction = transaction_view(commands, done.outcome).await?;
    if transaction.status == TransactionStatus::Failed.as_str() {
        let refused = ApiError::new(StatusCode::PAYMENT_REQUIRED, "payment_failed");
        let mut response = refused.into_response();
        response.extensions_mut().insert(Final);
        return Ok(response);
    }
    Ok(done.answer(PurchaseAnswer { transaction, client_secret: client_secret.flatten() }).created().into_response())
}

struct Start {
    id: TransactionId,
    wish: Wish,
    caller: Caller,
}

impl UseCase for Start {
    type Outcome = TransactionId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<TransactionId, Refusal> {
        let (user_id, Wish { course_id, method, card }) = (self.caller.user_id, &self.wish);
        acting_role(work, &self.caller).await?;
        let learner = Learner::load(work, user_id, *course_id).await?;
        let sold = learner.course.state().details.as_ref().filter(|course| course.status == CourseStatus::Published);
        let course = sold.ok_or_else(|| ApiError::bad_request("course_not_found"))?;
        let (price, is_free) = (course.price, course.is_free());
        let mut transaction = work.load::<Transaction>(self.id).await?;
        let payment_method_id = Some(card.clone());
        let command = StartPayment {
            transaction_id: self.id,
            user_id,
            course_id: *course_id,
            price,
            is_free,
            method: *method,
            payment_method_id,
            now,
        };
        if is_free {
            transaction.decide(command).await?;
            work.put(transaction);
            take_free(work, learner, now).await?;
            return Ok(self.id);
        }
        let mut learner = learner;
        let open = OpenPurchase { transaction_id: self.id, user_id, course_id: *course_id };
        learner.access.decide(open).await?;
        transaction.decide(command).await?;
        work.put(transaction);
        learner.put(work).await?;
        Ok(self.id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Transaction::stream(self.id))
    }
}

/// A free course is taken as one that was bought: it opens at once, and its learner is in it.
async fn take_free(work: &mut UnitOfWork<'_>, mut learner: Learner, now: Timestamp) -> Result<(), Refusal> {
    let (user_id, course_id) = learner.ids();
    let access = learner.access.state();
    if access.is_theirs() {
        return Err(ApiError::bad_request("already_owned").into());
    }
    if access.purchase.is_some() {
        return Err(ApiError::bad_request("purchase_pending").into());
    }
    if learner.enrollment.state().present().is_none() {
        let command = EnrollLearner {
            user_id,
            course_id,
            course_status: learner.details()?.status,
            right: Some(EnrollmentSource::Free),
            is_free: true,
            lessons_now: learner.lessons_now()?,
            now,
        };
        learner.enrollment.decide(command).await?;
    }
    let grant_id = GrantId::new(Uuid::now_v7());
    learner.access.decide(GrantAccess { grant_id, user_id, course_id, reason: GrantReason::Free }).await?;
    learner.put(work).await
}
