//! PATCH /auth/profile: somebody changes what their account says of them.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::User;
use domain::user::{ChangeProfile, NotificationChanges};
use domain::values::{Bio, HttpUrl, PersonName, TagList, word};
use events::{Fold, Language, StreamId, Timestamp, UserId};
use serde::Deserialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, Object};
use utoipa::ToSchema;

use crate::Refusal;
use crate::admin::update_user::UserAnswer;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::fields::{clearable_text, given, parsed};
use crate::views::user_view;

/// What is to change. What is missing, null or blank stays, save picture and bio: null takes them away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChanges {
    /// 1 to 100 characters.
    first_name: Option<String>,
    /// 1 to 100 characters.
    last_name: Option<String>,
    /// http or https, at most 2,048 characters; null takes the picture away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    avatar_url: Option<Option<String>>,
    /// `fr` or `en`.
    language: Option<String>,
    /// At most 2,000 characters, for instructors and applicants; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    bio: Option<Option<String>>,
    /// At most 20 of 50 characters; for instructors and applicants.
    expertise_tags: Option<Vec<String>>,
    /// What they want to be told.
    #[schema(value_type = Option<NotificationInput>)]
    notification_settings: Option<Object<NotificationInput>>,
}

/// What somebody wants to be told. What is missing stays as it is.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NotificationChanges)]
#[serde(deny_unknown_fields)]
pub struct NotificationInput {
    /// About their own courses and purchases.
    email_notifications: Option<bool>,
    /// Offers.
    marketing_emails: Option<bool>,
    /// The newsletter.
    newsletter: Option<bool>,
}

impl ProfileChanges {
    fn parse(self) -> Result<ChangeProfile, ApiError> {
        let mut fields = Fields::new();
        let first_name = fields.optional_text("first_name", self.first_name, |text| parsed(PersonName::parse(text)));
        let last_name = fields.optional_text("last_name", self.last_name, |text| parsed(PersonName::parse(text)));
        let avatar_url = clearable_text(&mut fields, "avatar_url", self.avatar_url, HttpUrl::parse);
        let language = fields.optional_text("language", self.language, |text| parsed(word(text, Language::from_word)));
        let bio = clearable_text(&mut fields, "bio", self.bio, Bio::parse);
        let expertise_tags =
            fields.optional("expertise_tags", self.expertise_tags, |tags| parsed(TagList::parse(tags)));
        let Object(notified) = self.notification_settings.unwrap_or_default();
        fields.finish()?;
        Ok(ChangeProfile {
            first_name,
            last_name,
            avatar_url,
            language,
            bio,
            expertise_tags,
            notification_settings: NotificationChanges {
                email_notifications: notified.email_notifications,
                marketing_emails: notified.marketing_emails,
                newsletter: notified.newsletter,
            },
        })
    }
}

/// Changes the caller's profile.
#[utoipa::path(
    patch, path = "/auth/profile", tag = "auth", request_body = ProfileChanges, security(("bearer" = [])),
    params(("If-Match" = Option<String>, Header, description = "version that the account must have")),
    responses(
        (status = 200, body = DataBody<UserAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 412, description = "precondition_failed", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn update_profile(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    JsonBody(body): JsonBody<ProfileChanges>,
) -> Result<Response, Refusal> {
    let use_case = UpdateProfile { user_id: caller.user_id, changes: body.parse()? };
    let done = commands.run(&context.conditional(&caller), &use_case).await?;
    let user = user_view(commands.log(), caller.user_id, done.pending).await?;
    Ok(done.answer(UserAnswer { user }).into_response())
}

struct UpdateProfile {
    user_id: UserId,
    changes: ChangeProfile,
}

impl UseCase for UpdateProfile {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<(), Refusal> {
        let mut user = work.load::<User>(self.user_id).await?;
        user.decide(self.changes.clone()).await?;
        work.put(user);
        Ok(())
    }

    fn names(&self) -> Option<StreamId> {
        Some(User::stream(self.user_id))
    }
}
