//! POST /admin/grants: an admin opens a course to somebody.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::access::{GrantAccess, GrantReason};
use domain::values::{Reason, ValueError};
use domain::{Access, Course, User};
use events::{AccessId, CourseId, Fold, GrantId, StreamId, Timestamp, UserId};
use read_models::views::GrantView;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody};
use utoipa::ToSchema;
use uuid::Uuid;

use super::acting_admin::must_act_as_admin;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::fields::parsed;
use crate::views::grant_view;

/// Whom a course is to open to, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// The person.
    #[schema(nullable = false, required = true, format = Uuid)]
    user_id: Option<String>,
    /// The course.
    #[schema(nullable = false, required = true, format = Uuid)]
    course_id: Option<String>,
    /// 1 to 1,000 characters.
    #[schema(nullable = false, required = true)]
    reason: Option<String>,
}

impl NewGrant {
    fn parse(self, grant_id: GrantId) -> Result<(UserId, CourseId, GrantId, Reason), ApiError> {
        let mut fields = Fields::new();
        let user_id =
            fields.required_text("user_id", self.user_id, |text| parsed(text.parse().map_err(|_| ValueError::Invalid)));
        let course_id = fields
            .required_text("course_id", self.course_id, |text| parsed(text.parse().map_err(|_| ValueError::Invalid)));
        let reason = fields.required_text("reason", self.reason, |text| parsed(Reason::parse(text)));
        fields.build(|| Some((user_id?, course_id?, grant_id, reason?)))
    }
}

/// A grant under its name.
#[derive(Serialize, ToSchema)]
pub struct GrantAnswer {
    /// The grant.
    pub(super) grant: GrantView,
}

/// Gives somebody access to a course.
#[utoipa::path(
    post, path = "/admin/grants", tag = "admin", request_body = NewGrant, security(("bearer" = [])),
    responses(
        (status = 201, body = DataBody<GrantAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, already_granted", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, description = "no such user or course", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn grant_access(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    JsonBody(body): JsonBody<NewGrant>,
) -> Result<Response, Refusal> {
    caller.must_be_admin()?;
    let (user_id, course_id, grant_id, reason) = body.parse(GrantId::new(Uuid::now_v7()))?;
    let use_case = Give { user_id, course_id, grant_id, reason, by: caller.user_id };
    let done = commands.run(&context.origin(Some(&caller)), &use_case).await?;
    let grant = grant_view(commands.log(), AccessId::of(user_id, course_id), done.outcome).await?;
    Ok(done.answer(GrantAnswer { grant }).created().into_response())
}

struct Give {
    user_id: UserId,
    course_id: CourseId,
    grant_id: GrantId,
    reason: Reason,
    by: UserId,
}

impl UseCase for Give {
    type Outcome = GrantId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<GrantId, Refusal> {
        let Self { user_id, course_id, grant_id, .. } = *self;
        let user = work.load::<User>(user_id).await?;
        must_act_as_admin(work, self.by, (user_id, &user)).await?;
        let course = work.load::<Course>(course_id).await?;
        if user.state().present().is_none() || course.state().details.is_none() {
            return Err(ApiError::not_found().into());
        }
        // Their key must be there when the reason is sealed.
        work.put(user);
        let mut access = work.load::<Access>(AccessId::of(user_id, course_id)).await?;
        let reason = GrantReason::Admin(self.reason.clone());
        access.decide(GrantAccess { grant_id, user_id, course_id, reason }).await?;
        work.put(access);
        Ok(grant_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Access::stream(AccessId::of(self.user_id, self.course_id)))
    }
}
