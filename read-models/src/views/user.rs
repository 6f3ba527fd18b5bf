//! An account in answers.

use events::{Language, Role, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{is_false, openapi};
use crate::{InstructorInfo, NotificationSettings, User, UserStatus, VerificationStatus};

/// An account as its owner or an admin sees it. Not `Debug`: it is all personal.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
    /// Whose.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: UserId,
    /// Trimmed and lower-cased.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
    /// What they may do.
    #[schema(schema_with = openapi::role)]
    pub role: Role,
    /// Whether the account may be used.
    #[schema(schema_with = openapi::user_status)]
    pub status: UserStatus,
    /// The language they are written to in.
    #[schema(schema_with = openapi::language)]
    pub language: Language,
    /// When they registered.
    #[schema(schema_with = openapi::time)]
    pub created_at: Timestamp,
    /// When the account last changed.
    #[schema(schema_with = openapi::time)]
    pub updated_at: Timestamp,
    /// When they last signed in.
    #[schema(schema_with = openapi::nullable_time)]
    pub last_login_at: Option<Timestamp>,
    /// What they are as a teacher; null for a learner who has not applied.
    pub instructor_info: Option<InstructorInfoView>,
    /// What they want to be told.
    pub notification_settings: NotificationSettingsView,
    /// `true` when the read side could not follow the log for this account; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            instructor_info: user.instructor_info().cloned().map(Into::into),
            id: user.id,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            avatar_url: user.avatar_url,
            role: user.role,
            status: user.status,
            language: user.language,
            created_at: user.created_at,
            updated_at: user.updated_at,
            last_login_at: user.last_login_at,
            notification_settings: user.notification_settings.into(),
            stale: user.stale,
        }
    }
}

/// What everybody may know of somebody. Not `Debug`: it is all personal.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct PublicUser {
    /// Who.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: UserId,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
    /// What they are as a teacher; null for a learner who has not applied.
    pub instructor_info: Option<InstructorInfoView>,
    /// `true` when the read side could not follow the log for this account; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl From<User> for PublicUser {
    fn from(user: User) -> Self {
        Self {
            instructor_info: user.instructor_info().cloned().map(Into::into),
            id: user.id,
            first_name: user.first_name,
            last_name: user.last_name,
            avatar_url: user.avatar_url,
            stale: user.stale,
        }
    }
}

/// What somebody is as a teacher.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = InstructorInfo)]
pub struct InstructorInfoView {
    /// In their own words.
    pub bio: Option<String>,
    /// What they know about.
    pub expertise_tags: Vec<String>,
    /// How many of their courses are published.
    pub total_courses: u32,
    /// Average over their courses' reviews, 2 decimals; 0 when there is none.
    pub rating: f64,
    /// How far their application has come.
    #[schema(schema_with = openapi::verification_status)]
    pub verification_status: VerificationStatus,
}

impl From<InstructorInfo> for InstructorInfoView {
    fn from(info: InstructorInfo) -> Self {
        Self {
            bio: info.bio,
            expertise_tags: info.expertise_tags,
            total_courses: info.total_courses,
            rating: info.rating,
            verification_status: info.verification_status,
        }
    }
}

/// What somebody wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NotificationSettings)]
pub struct NotificationSettingsView {
    /// About their own courses and purchases.
    pub email_notifications: bool,
    /// Offers.
    pub marketing_emails: bool,
    /// The newsletter.
    pub newsletter: bool,
}

impl From<NotificationSettings> for NotificationSettingsView {
    fn from(settings: NotificationSettings) -> Self {
        Self {
            email_notifications: settings.email_notifications,
            marketing_emails: settings.marketing_emails,
            newsletter: settings.newsletter,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn user(role: &str, verification_status: &str) -> User {
        let document = json!({
            "_id": "0190a5b0-0000-7000-8000-000000000001", "email": "ada@example.org", "first_name": "Ada",
            "last_name": "Lovelace", "avatar_url": null, "role": role, "status": "active", "language": "fr",
            "created_at": "2026-01-31T08:30:00.000Z", "updated_at": "2026-01-31T08:30:00.000Z", "last_login_at": null,
            "instructor": {
                "bio": null, "expertise_tags": ["R"], "total_courses": 2, "rating": 4.5,
                "verification_status": verification_status,
            },
            "notification_settings": { "email_notifications": true, "marketing_emails": false, "newsletter": false },
            "version": 3,
        });
        serde_json::from_value(document).unwrap()
    }

    fn shown(user: User) -> Value {
        serde_json::to_value(UserView::from(user)).unwrap()
    }

    #[test]
    fn an_account_shows_the_fields_of_the_contract_and_no_other() {
        assert_eq!(
            shown(user("instructor", "verified")),
            json!({
                "_id": "0190a5b0-0000-7000-8000-000000000001", "email": "ada@example.org", "first_name": "Ada",
                "last_name": "Lovelace", "avatar_url": null, "role": "instructor", "status": "active",
                "language": "fr", "created_at": "2026-01-31T08:30:00.000Z",
                "updated_at": "2026-01-31T08:30:00.000Z", "last_login_at": null,
                "instructor_info": {
                    "bio": null, "expertise_tags": ["R"], "total_courses": 2, "rating": 4.5,
                    "verification_status": "verified",
                },
                "notification_settings":
                    { "email_notifications": true, "marketing_emails": false, "newsletter": false },
            })
        );
    }

    #[test]
    fn everybody_sees_the_name_and_the_teacher_and_nothing_else() {
        let public = serde_json::to_value(PublicUser::from(user("instructor", "verified"))).unwrap();
        assert_eq!(
            public,
            json!({
                "_id": "0190a5b0-0000-7000-8000-000000000001", "first_name": "Ada", "last_name": "Lovelace",
                "avatar_url": null, "instructor_info": {
                    "bio": null, "expertise_tags": ["R"], "total_courses": 2, "rating": 4.5,
                    "verification_status": "verified",
                },
            })
        );
        let learner = serde_json::to_value(PublicUser::from(user("learner", "unverified"))).unwrap();
        assert_eq!(learner["instructor_info"], Value::Null);
    }

    #[test]
    fn a_learner_is_a_teacher_only_after_applying() {
        assert_eq!(shown(user("learner", "unverified"))["instructor_info"], Value::Null);
        assert_eq!(shown(user("learner", "pending"))["instructor_info"]["verification_status"], "pending");
        assert!(shown(user("admin", "unverified"))["instructor_info"].is_object());
    }

    #[test]
    fn what_is_behind_says_so() {
        assert_eq!(shown(User { stale: true, ..user("learner", "unverified") })["stale"], true);
    }
}
