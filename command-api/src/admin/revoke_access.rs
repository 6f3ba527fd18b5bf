//! DELETE /admin/grants/:id: an admin takes back what an admin gave.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::access::{RevocationReason, RevokeAccess};
use domain::values::Reason;
use domain::{Access, User};
use events::{AccessId, Fold, GrantId, GrantSource, StreamId, Timestamp, UserId};
use read_models::ENTITLEMENTS_PROJECTION;
use read_models::views::load_grant;
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, PathId};
use utoipa::ToSchema;

use super::acting_admin::must_act_as_admin;
use super::grant_access::GrantAnswer;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::fields::parsed;
use crate::views::grant_view;

/// Why it is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// At most 1,000 characters.
    reason: Option<String>,
}

impl Revocation {
    fn parse(self) -> Result<Option<Reason>, ApiError> {
        let mut fields = Fields::new();
        let reason = fields.optional_text("reason", self.reason, |text| parsed(Reason::parse(text)));
        fields.finish()?;
        Ok(reason)
    }
}

/// Takes back access that an admin gave. What somebody bought is taken back by a refund, which is another matter.
#[utoipa::path(
    delete, path = "/admin/grants/{id}", tag = "admin", request_body = Option<Revocation>, security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The grant")),
    responses(
        (status = 200, body = DataBody<GrantAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, description = "no such grant, or none that lives and is from an admin", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn revoke_access(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(grant_id): PathId<GrantId>,
    body: Option<JsonBody<Revocation>>,
) -> Result<Response, Refusal> {
    caller.must_be_admin()?;
    let reason = body.map(|JsonBody(body)| body.parse()).transpose()?.flatten();
    let (user_id, access_id) = owner_of(&commands, grant_id).await?;
    let use_case = Take { grant_id, user_id, access_id, reason, by: caller.user_id };
    let done = commands.run(&context.origin(Some(&caller)), &use_case).await?;
    let grant = grant_view(commands.log(), access_id, grant_id).await?;
    Ok(done.answer(GrantAnswer { grant }).into_response())
}

/// Whose grant it is, and on which stream. Its path does not say so, and streams are found by their own id only: the
/// read side knows. Nothing is decided by it; the stream has the last word.
async fn owner_of(commands: &Commands, id: GrantId) -> Result<(UserId, AccessId), Refusal> {
    let database = commands.log().database();
    let mut found = load_grant(database, id).await?;
    if found.is_none() {
        // It may be a moment old.
        if !commands.caught_up(&[ENTITLEMENTS_PROJECTION]).await? {
            return Err(ApiError::read_model_behind().into());
        }
        found = load_grant(database, id).await?;
    }
    let grant = found.ok_or_else(ApiError::not_found)?;
    Ok((grant.user_id, AccessId::of(grant.user_id, grant.course_id)))
}

struct Take {
    grant_id: GrantId,
    user_id: UserId,
    access_id: AccessId,
    reason: Option<Reason>,
    by: UserId,
}

impl UseCase for Take {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<(), Refusal> {
        let user = work.load::<User>(self.user_id).await?;
        must_act_as_admin(work, self.by, (self.user_id, &user)).await?;
        // A reason is sealed under the key of the person, which who was erased has no more.
        let reason = self.reason.clone().filter(|_| user.state().present().is_some());
        work.put(user);
        let mut access = work.load::<Access>(self.access_id).await?;
        let is_given = |grant: &domain::access::Grant| matches!(grant.source, GrantSource::Admin { .. });
        if !access.state().grant_of(self.grant_id).is_some_and(is_given) {
            return Err(ApiError::not_found().into());
        }
        access.decide(RevokeAccess { grant_id: self.grant_id, reason: RevocationReason::Admin(reason) }).await?;
        work.put(access);
        Ok(())
    }

    fn names(&self) -> Option<StreamId> {
        Some(Access::stream(self.access_id))
    }
}
