//! PATCH /admin/users/:id: an admin changes somebody's role, shuts them out, lets them in again, or erases them.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::admin_roster::{JoinAdmins, LeaveAdmins};
use domain::user::{ChangeUserRole, ReactivateUser, SuspendUser, UserStatus};
use domain::values::{ValueError, word};
use domain::{AdminRoster, User};
use events::{Fold, Role, StreamId, Timestamp, UserId};
use read_models::views::UserView;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, PathId};
use utoipa::ToSchema;

use super::acting_admin::must_act_as_admin;
use crate::Refusal;
use crate::auth::erase_user;
use crate::commands::{CommandContext, Commands, Held, UnitOfWork, Unrecorded, UseCase};
use crate::fields::parsed;
use crate::limits::Limiter;
use crate::tokens::EmailNames;
use crate::views::user_view;

/// What is to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChanges {
    /// `learner`, `instructor` or `admin`.
    role: Option<String>,
    /// `active`, `suspended`, or `deleted`, which erases the person for good.
    status: Option<String>,
}

impl UserChanges {
    fn parse(self) -> Result<(Option<Role>, Option<UserStatus>), ApiError> {
        let mut fields = Fields::new();
        let role = fields.optional_text("role", self.role, |text| parsed(word(text, Role::from_word)));
        let status = fields.optional_text("status", self.status, |text| {
            let known = [UserStatus::Active, UserStatus::Suspended, UserStatus::Deleted];
            parsed(known.into_iter().find(|status| status.as_str() == text).ok_or(ValueError::Invalid))
        });
        fields.finish()?;
        Ok((role, status))
    }
}

/// An account under its name.
#[derive(Serialize, ToSchema)]
pub struct UserAnswer {
    /// The account.
    pub user: UserView,
}

/// Changes an account's role or status, or erases its owner.
#[utoipa::path(
    patch, path = "/admin/users/{id}", tag = "admin", request_body = UserChanges, security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The account")),
    responses(
        (status = 200, body = DataBody<UserAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, last_admin", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn update_user(
    State(commands): State<Commands>,
    State(emails): State<EmailNames>,
    State(limiter): State<Limiter>,
    caller: Caller,
    context: CommandContext,
    PathId(user_id): PathId<UserId>,
    JsonBody(body): JsonBody<UserChanges>,
) -> Result<Response, Refusal> {
    caller.must_be_admin()?;
    let (role, status) = body.parse()?;
    let use_case = UpdateUser { user_id, role, status, by: Some(caller.user_id), emails: &emails };
    let done = commands.run(&context.origin(Some(&caller)), &use_case).await?;
    let user = user_view(commands.log(), user_id, done.pending).await?;
    let mut response = done.answer(UserAnswer { user }).into_response();
    if status == Some(UserStatus::Deleted) {
        limiter.forget(user_id).await;
        if user_id == caller.user_id {
            // The record would be theirs, and theirs are gone.
            response.extensions_mut().insert(Unrecorded);
        }
    }
    Ok(response)
}

/// Role and status of an account, with the roster of admins.
pub(crate) struct UpdateUser<'a> {
    pub(crate) user_id: UserId,
    pub(crate) role: Option<Role>,
    pub(crate) status: Option<UserStatus>,
    /// The admin who does it; none for the product itself.
    pub(crate) by: Option<UserId>,
    /// Names the claim of who is erased.
    pub(crate) emails: &'a EmailNames,
}

impl UseCase for UpdateUser<'_> {
    type Outcome = UserId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<UserId, Refusal> {
        let mut user = work.load::<User>(self.user_id).await?;
        if let Some(by) = self.by {
            must_act_as_admin(work, by, (self.user_id, &user)).await?;
        }
        let was_admin = user.state().is_acting_admin();
        change(&mut user, self.role, self.status).await?;
        if self.status == Some(UserStatus::Deleted) {
            erase_user(work, self.emails, user, was_admin, now).await?;
            return Ok(self.user_id);
        }
        let is_admin = user.state().is_acting_admin();
        work.put(user);
        if was_admin != is_admin {
            let mut roster = work.load::<AdminRoster>(AdminRoster::ID).await?;
            if is_admin {
                roster.decide(JoinAdmins { user_id: self.user_id }).await?;
            } else {
                roster.decide(LeaveAdmins { user_id: self.user_id }).await?;
            }
            work.put(roster);
        }
        Ok(self.user_id)
    }

    fn subject(&self) -> Option<UserId> {
        Some(self.user_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(User::stream(self.user_id))
    }
}

async fn change(user: &mut Held<User>, role: Option<Role>, status: Option<UserStatus>) -> Result<(), Refusal> {
    if user.state().present().is_none() {
        return Err(ApiError::not_found().into());
    }
    if let Some(role) = role {
        user.decide(ChangeUserRole { role }).await?;
    }
    match status {
        Some(UserStatus::Suspended) => user.decide(SuspendUser).await?,
        Some(UserStatus::Active) => user.decide(ReactivateUser).await?,
        // Erasing takes more than the account: the use case does it.
        Some(UserStatus::Deleted) | None => {}
    }
    Ok(())
}
