//! Which facts call for a letter, and what it needs from them.

use events::{Timestamp, UserEvent};
use serde::{Deserialize, Serialize};

/// Which letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// A link to set another password.
    PasswordReset,
    /// The password is another one.
    PasswordChanged,
    /// They may teach.
    InstructorVerified,
    /// They may not.
    InstructorRejected,
}

impl LetterKind {
    /// The word in documents and figures.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::InstructorVerified => "instructor_verified",
            Self::InstructorRejected => "instructor_rejected",
        }
    }
}

/// What a letter needs that its event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// For a link.
    PasswordReset {
        /// The generation of the password that it sets another one for.
        password_generation: u32,
        /// The first instant at which it is worth nothing.
        expires_at: Timestamp,
    },
    /// For a warning.
    PasswordChanged,
    /// For a welcome.
    InstructorVerified,
    /// For a refusal.
    InstructorRejected {
        /// Why; none when the person was erased.
        reason: Option<String>,
    },
}

impl Call {
    /// What an event calls for; none when it calls for no letter.
    #[must_use]
    pub fn of(event: &UserEvent) -> Option<Self> {
        match event {
            UserEvent::PasswordResetRequested(event) => {
                let (password_generation, expires_at) = (event.password_generation, event.expires_at);
                Some(Self::PasswordReset { password_generation, expires_at })
            }
            UserEvent::PasswordChanged(_) | UserEvent::PasswordReset(_) => Some(Self::PasswordChanged),
            UserEvent::InstructorVerified(_) => Some(Self::InstructorVerified),
            UserEvent::InstructorRejected(event) => {
                Some(Self::InstructorRejected { reason: event.reason.value().cloned() })
            }
            UserEvent::UserRegistered(_)
            | UserEvent::UserRoleChanged(_)
            | UserEvent::UserSuspended(_)
            | UserEvent::UserReactivated(_)
            | UserEvent::UserProfileChanged(_)
            | UserEvent::InstructorProfileChanged(_)
            | UserEvent::NotificationSettingsChanged(_)
            | UserEvent::InstructorApplied(_)
            | UserEvent::PasswordRehashed(_)
            | UserEvent::UserErased(_) => None,
        }
    }

    /// Which letter it is.
    #[must_use]
    pub const fn kind(&self) -> LetterKind {
        match self {
            Self::PasswordReset { .. } => LetterKind::PasswordReset,
            Self::PasswordChanged => LetterKind::PasswordChanged,
            Self::InstructorVerified => LetterKind::InstructorVerified,
            Self::InstructorRejected { .. } => LetterKind::InstructorRejected,
        }
    }

    /// From when on the letter is of no use, whatever its age.
    #[must_use]
    pub const fn expiry(&self) -> Option<Timestamp> {
        match self {
            Self::PasswordReset { expires_at, .. } => Some(*expires_at),
            Self::PasswordChanged | Self::InstructorVerified | Self::InstructorRejected { .. } => None,
        }
    }
}
