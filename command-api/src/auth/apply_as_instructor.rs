//! POST /auth/instructor-application: somebody asks to teach.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::User;
use domain::user::ApplyAsInstructor;
use domain::values::{Bio, TagList};
use events::{Fold, StreamId, Timestamp, UserId};
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody};
use utoipa::ToSchema;

use crate::Refusal;
use crate::admin::update_user::UserAnswer;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::fields::parsed;
use crate::views::user_view;

/// What an applicant says of themselves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstructorApplication {
    /// 1 to 2,000 characters.
    #[schema(nullable = false, required = true)]
    bio: Option<String>,
    /// At most 20 of 50 characters.
    #[schema(nullable = false, required = true)]
    expertise_tags: Option<Vec<String>>,
}

impl InstructorApplication {
    fn parse(self) -> Result<ApplyAsInstructor, ApiError> {
        let mut fields = Fields::new();
        let bio = fields.required_text("bio", self.bio, |text| parsed(Bio::parse(text)));
        let expertise_tags =
            fields.required("expertise_tags", self.expertise_tags, |tags| parsed(TagList::parse(tags)));
        fields.build(|| Some(ApplyAsInstructor { bio: bio?, expertise_tags: expertise_tags? }))
    }
}

/// Applies to teach; again and again, until an admin has accepted.
#[utoipa::path(
    post, path = "/auth/instructor-application", tag = "auth", request_body = InstructorApplication,
    security(("bearer" = [])),
    responses(
        (status = 200, body = DataBody<UserAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body, already_verified", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn apply_as_instructor(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    JsonBody(body): JsonBody<InstructorApplication>,
) -> Result<Response, Refusal> {
    let use_case = Apply { user_id: caller.user_id, application: body.parse()? };
    let done = commands.run(&context.origin(Some(&caller)), &use_case).await?;
    let user = user_view(commands.log(), caller.user_id, done.pending).await?;
    Ok(done.answer(UserAnswer { user }).into_response())
}

struct Apply {
    user_id: UserId,
    application: ApplyAsInstructor,
}

impl UseCase for Apply {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<(), Refusal> {
        let mut user = work.load::<User>(self.user_id).await?;
        user.decide(self.application.clone()).await?;
        work.put(user);
        Ok(())
    }

    fn names(&self) -> Option<StreamId> {
        Some(User::stream(self.user_id))
    }
}
