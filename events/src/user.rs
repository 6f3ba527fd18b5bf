//! What happens to an account.

use serde::{Deserialize, Serialize};

use crate::{Language, Personal, Role, SessionId, Timestamp, UserId, event::stream_events};

stream_events! {
    /// An event of the stream `user/<user id>`.
    UserEvent on User {
        /// Somebody registered.
        UserRegistered: 1 about [user_id],
        /// An admin gave them another role.
        UserRoleChanged: 1 about [user_id],
        /// An admin shut them out.
        UserSuspended: 1 about [user_id],
        /// An admin let them in again.
        UserReactivated: 1 about [user_id],
        /// They go by other values from now on.
        UserProfileChanged: 1 about [user_id],
        /// They describe themselves otherwise as a teacher.
        InstructorProfileChanged: 1 about [user_id],
        /// They want to be told other things.
        NotificationSettingsChanged: 1 about [user_id],
        /// They asked to teach.
        InstructorApplied: 1 about [user_id],
        /// An admin accepted their application.
        InstructorVerified: 1 about [user_id],
        /// An admin refused their application.
        InstructorRejected: 1 about [user_id],
        /// They chose another password.
        PasswordChanged: 1 about [user_id],
        /// A link to set another password was asked for.
        PasswordResetRequested: 1 about [user_id],
        /// They set another password by a mailed link.
        PasswordReset: 1 about [user_id],
        /// The same password is kept in a stronger form.
        PasswordRehashed: 1 about [user_id],
        /// They are gone for good.
        UserErased: 1 about [user_id],
    }
}

/// Somebody registered; they are a learner, and active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserRegistered {
    /// The new person.
    pub user_id: UserId,
    /// Trimmed and lower-cased.
    pub email: Personal<String>,
    /// First name.
    pub first_name: Personal<String>,
    /// Last name.
    pub last_name: Personal<String>,
    /// The language they are written to in.
    pub language: Language,
    /// Argon2id, PHC string format.
    pub password_hash: Personal<String>,
}

/// An admin gave somebody another role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserRoleChanged {
    /// Whose role.
    pub user_id: UserId,
    /// The role before.
    pub from: Role,
    /// The role from now on.
    pub to: Role,
}

/// An admin shut somebody out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSuspended {
    /// Whom.
    pub user_id: UserId,
}

/// An admin let somebody in again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserReactivated {
    /// Whom.
    pub user_id: UserId,
}

/// What somebody goes by has changed. Whole values: as they are after the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserProfileChanged {
    /// Who.
    pub user_id: UserId,
    /// First name.
    pub first_name: Personal<String>,
    /// Last name.
    pub last_name: Personal<String>,
    /// Picture; none when they show none.
    pub avatar_url: Option<Personal<String>>,
    /// The language they are written to in.
    pub language: Language,
}

/// Somebody describes themselves otherwise as a teacher. Whole values: as they are after the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstructorProfileChanged {
    /// Who.
    pub user_id: UserId,
    /// In their own words; none when they have not written any.
    pub bio: Option<Personal<String>>,
    /// What they know about.
    pub expertise_tags: Personal<Vec<String>>,
}

/// Somebody wants to be told other things. Whole values: as they are after the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotificationSettingsChanged {
    /// Who.
    pub user_id: UserId,
    /// About their own courses and purchases.
    pub email_notifications: bool,
    /// Offers.
    pub marketing_emails: bool,
    /// The newsletter.
    pub newsletter: bool,
}

/// Somebody asked to teach, or asked again with other words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstructorApplied {
    /// Who.
    pub user_id: UserId,
    /// In their own words.
    pub bio: Personal<String>,
    /// What they know about.
    pub expertise_tags: Personal<Vec<String>>,
}

/// An admin accepted somebody's application to teach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstructorVerified {
    /// Who.
    pub user_id: UserId,
}

/// An admin refused somebody's application to teach; they may apply again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstructorRejected {
    /// Who.
    pub user_id: UserId,
    /// Why; it is about the applicant, and theirs.
    pub reason: Personal<String>,
}

/// Somebody chose another password, and knew the old one. Every session but the kept one is dead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordChanged {
    /// Whose password.
    pub user_id: UserId,
    /// Argon2id, PHC string format.
    pub password_hash: Personal<String>,
    /// The session they did it in.
    pub kept_session_id: Option<SessionId>,
}

/// Somebody asked for a link to set another password. Its token is made from this event when it is mailed; the log never
/// holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordResetRequested {
    /// Whose password.
    pub user_id: UserId,
    /// How many times the password had been changed: once it changes again the link is worth nothing.
    pub password_generation: u32,
    /// The first instant at which the link is worth nothing.
    pub expires_at: Timestamp,
}

/// Somebody set another password by a mailed link. Every session is dead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// Whose password.
    pub user_id: UserId,
    /// Argon2id, PHC string format.
    pub password_hash: Personal<String>,
}

/// The same password is kept in a stronger form: nothing else changes, and no session dies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordRehashed {
    /// Whose password.
    pub user_id: UserId,
    /// Argon2id, PHC string format.
    pub password_hash: Personal<String>,
}

/// Somebody is gone for good. The commit of this event destroys their key: nothing personal of theirs can be read from
/// then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserErased {
    /// Who.
    pub user_id: UserId,
}
