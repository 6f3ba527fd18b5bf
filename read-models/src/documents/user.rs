//! Collection `users`: accounts, as their owners and admins see them. No hash of a password ever comes here.

use bson::doc;
use events::{Language, Role, Timestamp, UserId, Version};
use serde::{Deserialize, Serialize};

use super::ratings::{Ratings, ratings};
use super::{is_false, read_document, status_words};
use crate::Collection;
use crate::schema;

/// The collection of accounts. Written by projection `users`.
pub const USERS: Collection = Collection {
    name: "users",
    schema: || {
        let instructor = doc! {
            "bio": schema::nullable(schema::text()),
            "expertise_tags": schema::list(schema::text()),
            "total_courses": schema::count(),
            "rating": schema::number(),
            "ratings": ratings(),
            "verification_status": schema::one_of(VerificationStatus::ALL.iter().map(|word| word.as_str())),
        };
        let notifications = doc! {
            "email_notifications": schema::boolean(),
            "marketing_emails": schema::boolean(),
            "newsletter": schema::boolean(),
        };
        schema::read_document(doc! {
            "_id": schema::id(),
            "email": schema::nullable(schema::text()),
            "first_name": schema::nullable(schema::text()),
            "last_name": schema::nullable(schema::text()),
            "avatar_url": schema::nullable(schema::text()),
            "role": schema::one_of(Role::ALL.iter().map(|word| word.as_str())),
            "status": schema::one_of(UserStatus::ALL.iter().map(|word| word.as_str())),
            "language": schema::one_of(Language::ALL.iter().map(|word| word.as_str())),
            "created_at": schema::time(),
            "updated_at": schema::time(),
            "last_login_at": schema::nullable(schema::time()),
            "instructor": schema::object(instructor),
            "notification_settings": schema::object(notifications),
            "version": schema::count(),
        })
    },
    indexes: || {
        vec![
            ("email", doc! { "email": 1 }),
            ("newest", doc! { "created_at": -1, "_id": -1 }),
            ("role_newest", doc! { "role": 1, "created_at": -1, "_id": -1 }),
            ("status_newest", doc! { "status": 1, "created_at": -1, "_id": -1 }),
            ("verification", doc! { "instructor.verification_status": 1, "created_at": -1, "_id": -1 }),
        ]
    },
};

status_words! {
    /// Whether an account may be used.
    UserStatus {
        /// It may.
        Active = "active",
        /// An admin shut it.
        Suspended = "suspended",
        /// The person was erased.
        Deleted = "deleted",
    }
}

status_words! {
    /// How far an application to teach has come.
    VerificationStatus {
        /// Never applied.
        Unverified = "unverified",
        /// Waiting for an admin.
        Pending = "pending",
        /// Accepted.
        Verified = "verified",
        /// Refused; may apply again.
        Rejected = "rejected",
    }
}

/// An account. Every personal field is null once the person is erased.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Whose.
    #[serde(rename = "_id")]
    pub id: UserId,
    /// Trimmed and lower-cased.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
    /// What they may do; shown only, never decided by.
    pub role: Role,
    /// Whether the account may be used; shown only, never decided by.
    pub status: UserStatus,
    /// The language they are written to in.
    pub language: Language,
    /// When they registered.
    pub created_at: Timestamp,
    /// When the account last changed; signing in is no change.
    pub updated_at: Timestamp,
    /// When they last signed in, registering included.
    pub last_login_at: Option<Timestamp>,
    /// What they are as a teacher; kept for everybody, shown by [`User::instructor_info`].
    pub instructor: InstructorInfo,
    /// What they want to be told.
    pub notification_settings: NotificationSettings,
    /// Version of the stream `user/<id>`: the entity tag.
    pub version: Version,
    /// Whether events about this account are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(User in USERS, id);

impl User {
    /// What answers show as `instructor_info`: nothing for a learner who has not applied.
    #[must_use]
    pub fn instructor_info(&self) -> Option<&InstructorInfo> {
        let applied = self.instructor.verification_status != VerificationStatus::Unverified;
        (applied || self.role != Role::Learner).then_some(&self.instructor)
    }
}

/// What somebody is as a teacher.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct InstructorInfo {
    /// In their own words.
    pub bio: Option<String>,
    /// What they know about.
    pub expertise_tags: Vec<String>,
    /// How many of their courses are published.
    pub total_courses: u32,
    /// Average over their courses' reviews, 2 decimals; 0 when there is none.
    pub rating: f64,
    /// What it is counted by.
    #[serde(default)]
    pub ratings: Ratings,
    /// How far their application has come.
    pub verification_status: VerificationStatus,
}

impl InstructorInfo {
    /// A review of one of their courses is another: none before it is written, none after it is removed.
    pub fn rate(&mut self, before: Option<u8>, after: Option<u8>) {
        self.ratings.replace(before, after);
        self.rating = self.ratings.average();
    }
}

impl Default for InstructorInfo {
    fn default() -> Self {
        Self {
            bio: None,
            expertise_tags: Vec::new(),
            total_courses: 0,
            rating: 0.0,
            ratings: Ratings::default(),
            verification_status: VerificationStatus::Unverified,
        }
    }
}

/// What somebody wants to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationSettings {
    /// About their own courses and purchases.
    pub email_notifications: bool,
    /// Offers; only after they said so.
    pub marketing_emails: bool,
    /// The newsletter; only after they said so.
    pub newsletter: bool,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self { email_notifications: true, marketing_emails: false, newsletter: false }
    }
}
