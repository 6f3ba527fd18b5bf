//! PATCH /admin/users/:id: an admin changes somebody's role, shuts them out, or lets them in again.

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

use crate::Refusal;
use crate::commands::{CommandContext, Commands, Held, UnitOfWork, UseCase};
use crate::fields::parsed;
use crate::views::user_view;

/// What is to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChanges {
    /// `learner`, `instructor` or `admin`.
    role: Option<String>,
    /// `active` or `suspended`.
    status: Option<String>,
}

impl UserChanges {
    fn parse(self) -> Result<(Option<Role>, Option<UserStatus>), ApiError> {
        let mut fields = Fields::new();
        let role = fields.optional_text("role", self.role, |text| parsed(word(text, Role::from_word)));
        let status = fields.optional_text("status", self.status, |text| {
            let known = [UserStatus::Active, UserStatus::Suspended];
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

/// Changes an account's role or status.
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
    caller: Caller,
    context: CommandContext,
    PathId(user_id): PathId<UserId>,
    JsonBody(body): JsonBody<UserChanges>,
) -> Result<Response, Refusal> {
    caller.must_be_admin()?;
    let (role, status) = body.parse()?;
    let use_case = UpdateUser { user_id, role, status, by: Some(caller.user_id) };
    let done = commands.run(&context.origin(Some(&caller)), &use_case).await?;
    let user = user_view(commands.log(), user_id, done.pending).await?;
    Ok(done.answer(UserAnswer { user }).into_response())
}

/// Role and status of an account, with the roster of admins.
pub(crate) struct UpdateUser {
    pub(crate) user_id: UserId,
    pub(crate) role: Option<Role>,
    pub(crate) status: Option<UserStatus>,
    /// The admin who does it; none for the product itself.
    pub(crate) by: Option<UserId>,
}

impl UseCase for UpdateUser {
    type Outcome = UserId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<UserId, Refusal> {
        if let Some(by) = self.by.filter(|by| *by != self.user_id) {
            let admin = work.load::<User>(by).await?;
            if !admin.state().is_acting_admin() {
                return Err(ApiError::forbidden().into());
            }
            work.put(admin);
        }
        let mut user = work.load::<User>(self.user_id).await?;
        let was_admin = user.state().is_acting_admin();
        if self.by == Some(self.user_id) && !was_admin {
            return Err(ApiError::forbidden().into());
        }
        change(&mut user, self.role, self.status).await?;
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
        // Erasing takes more than this.
        Some(UserStatus::Deleted) => return Err(ApiError::invalid("status", "invalid").into()),
        None => {}
    }
    Ok(())
}
