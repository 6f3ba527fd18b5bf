//! POST /admin/users/:id/instructor-verification: an admin accepts or refuses an application to teach.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::User;
use domain::user::{RejectInstructor, VerifyInstructor};
use domain::values::{Reason, ValueError};
use events::{Fold, StreamId, Timestamp, UserId};
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, PathId};
use utoipa::ToSchema;

use super::acting_admin::must_act_as_admin;
use super::update_user::UserAnswer;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::fields::parsed;
use crate::views::user_view;

/// What was decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationDecision {
    /// `verified` or `rejected`.
    #[schema(nullable = false, required = true)]
    decision: Option<String>,
    /// At most 1,000 characters; required to reject.
    reason: Option<String>,
}

#[derive(Clone, Debug)]
enum Decision {
    Verified,
    Rejected(Reason),
}

impl ApplicationDecision {
    fn parse(self) -> Result<Decision, ApiError> {
        let mut fields = Fields::new();
        let rejects = fields.required_text("decision", self.decision, |text| match text {
            "verified" => Ok(false),
            "rejected" => Ok(true),
            _ => parsed(Err(ValueError::Invalid)),
        });
        let reason = |text: &str| parsed(Reason::parse(text));
        let reason = match rejects {
            Some(true) => fields.required_text("reason", self.reason, reason),
            _ => fields.optional_text("reason", self.reason, reason),
        };
        fields.build(|| if rejects? { Some(Decision::Rejected(reason?)) } else { Some(Decision::Verified) })
    }
}

/// Accepts an application, which makes a learner an instructor, or refuses it.
#[utoipa::path(
    post, path = "/admin/users/{id}/instructor-verification", tag = "admin", request_body = ApplicationDecision,
    security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The applicant")),
    responses(
        (status = 200, body = DataBody<UserAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, not_pending", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn decide_application(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(user_id): PathId<UserId>,
    JsonBody(body): JsonBody<ApplicationDecision>,
) -> Result<Response, Refusal> {
    caller.must_be_admin()?;
    let use_case = DecideApplication { user_id, decision: body.parse()?, by: caller.user_id };
    let done = commands.run(&context.origin(Some(&caller)), &use_case).await?;
    let user = user_view(commands.log(), user_id, done.pending).await?;
    Ok(done.answer(UserAnswer { user }).into_response())
}

struct DecideApplication {
    user_id: UserId,
    decision: Decision,
    by: UserId,
}

impl UseCase for DecideApplication {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<(), Refusal> {
        let mut user = work.load::<User>(self.user_id).await?;
        must_act_as_admin(work, self.by, (self.user_id, &user)).await?;
        match &self.decision {
            Decision::Verified => user.decide(VerifyInstructor).await?,
            Decision::Rejected(reason) => user.decide(RejectInstructor { reason: reason.clone() }).await?,
        }
        work.put(user);
        Ok(())
    }

    fn names(&self) -> Option<StreamId> {
        Some(User::stream(self.user_id))
    }
}
