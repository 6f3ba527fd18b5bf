//! Accounts, and where they are signed in.

use events::{
    Position, RecordedEvent, SessionId, SessionRefreshed, SessionStarted, StreamEvent as _, Timestamp, UserEvent,
    UserId, UserRegistered,
};

use crate::{DeviceSession, InstructorInfo, NotificationSettings, User, UserSessions, UserStatus, VerificationStatus};

impl User {
    /// A newcomer.
    #[must_use]
    pub fn registered(recorded: &RecordedEvent, registered: &UserRegistered) -> Self {
        Self {
            id: registered.user_id,
            email: registered.email.value().cloned(),
            first_name: registered.first_name.value().cloned(),
            last_name: registered.last_name.value().cloned(),
            avatar_url: None,
            role: events::Role::Learner,
            status: UserStatus::Active,
            language: registered.language,
            created_at: recorded.time,
            updated_at: recorded.time,
            last_login_at: None,
            instructor: InstructorInfo::default(),
            notification_settings: NotificationSettings::default(),
            version: recorded.version,
            stale: false,
        }
    }

    /// The account after an event of its own stream; none when there is no account yet to take it in.
    #[must_use]
    pub fn after(before: Option<Self>, recorded: &RecordedEvent, event: &UserEvent) -> Option<Self> {
        let mut user = if let UserEvent::UserRegistered(registered) = event {
            Self::registered(recorded, registered)
        } else {
            let mut user = before?;
            user.take_in(event);
            user
        };
        if is_change(event) {
            user.updated_at = recorded.time;
        }
        user.version = recorded.version;
        Some(user)
    }

    fn take_in(&mut self, event: &UserEvent) {
        match event {
            UserEvent::UserRegistered(_)
            | UserEvent::PasswordChanged(_)
            | UserEvent::PasswordResetRequested(_)
            | UserEvent::PasswordReset(_)
            | UserEvent::PasswordRehashed(_) => {}
            UserEvent::UserRoleChanged(changed) => self.role = changed.to,
            UserEvent::UserSuspended(_) => self.status = UserStatus::Suspended,
            UserEvent::UserReactivated(_) => self.status = UserStatus::Active,
            UserEvent::UserProfileChanged(changed) => {
                self.first_name = changed.first_name.value().cloned();
                self.last_name = changed.last_name.value().cloned();
                self.avatar_url = changed.avatar_url.as_ref().and_then(|url| url.value().cloned());
                self.language = changed.language;
            }
            UserEvent::InstructorProfileChanged(changed) => {
                self.instructor.bio = changed.bio.as_ref().and_then(|bio| bio.value().cloned());
                self.instructor.expertise_tags = changed.expertise_tags.value().cloned().unwrap_or_default();
            }
            UserEvent::NotificationSettingsChanged(changed) => {
                self.notification_settings = NotificationSettings {
                    email_notifications: changed.email_notifications,
                    marketing_emails: changed.marketing_emails,
                    newsletter: changed.newsletter,
                };
            }
            UserEvent::InstructorApplied(applied) => {
                self.instructor.bio = applied.bio.value().cloned();
                self.instructor.expertise_tags = applied.expertise_tags.value().cloned().unwrap_or_default();
                self.instructor.verification_status = VerificationStatus::Pending;
            }
            UserEvent::InstructorVerified(_) => self.instructor.verification_status = VerificationStatus::Verified,
            UserEvent::InstructorRejected(_) => self.instructor.verification_status = VerificationStatus::Rejected,
            UserEvent::UserErased(_) => self.erase(),
        }
    }

    fn erase(&mut self) {
        self.status = UserStatus::Deleted;
        self.email = None;
        self.first_name = None;
        self.last_name = None;
        self.avatar_url = None;
        self.instructor.bio = None;
        self.instructor.expertise_tags = Vec::new();
    }

    /// The account of a whole stream. Sessions are streams of their own: the last login is not known to it.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent]) -> Option<Self> {
        stream.iter().fold(None, |user, recorded| match UserEvent::of(&recorded.event) {
            Some(event) => Self::after(user, recorded, event),
            None => user,
        })
    }
}

/// Whether an event is what the account's owner would call a change of it. Neither a link that was asked for nor a
/// stronger hash of the same password is one.
const fn is_change(event: &UserEvent) -> bool {
    match event {
        UserEvent::PasswordResetRequested(_) | UserEvent::PasswordRehashed(_) => false,
        UserEvent::UserRegistered(_)
        | UserEvent::UserRoleChanged(_)
        | UserEvent::UserSuspended(_)
        | UserEvent::UserReactivated(_)
        | UserEvent::UserProfileChanged(_)
        | UserEvent::InstructorProfileChanged(_)
        | UserEvent::NotificationSettingsChanged(_)
        | UserEvent::InstructorApplied(_)
        | UserEvent::InstructorVerified(_)
        | UserEvent::InstructorRejected(_)
        | UserEvent::PasswordChanged(_)
        | UserEvent::PasswordReset(_)
        | UserEvent::UserErased(_) => true,
    }
}

impl UserSessions {
    /// Of somebody who has not signed in yet.
    #[must_use]
    pub const fn none(id: UserId) -> Self {
        Self { id, sessions: Vec::new(), stale: false }
    }

    /// Takes in a new session, and lets go of those that have expired by then. Of too many, the oldest are let go too:
    /// they are not shown any more, and live on.
    pub fn start(&mut self, started: &SessionStarted, position: Position, time: Timestamp) {
        self.sessions.retain(|session| time < session.expires_at);
        self.sessions.push(DeviceSession {
            id: started.session_id,
            created_at: time,
            last_used_at: time,
            expires_at: started.expires_at,
            position: Some(position),
        });
        let too_many = self.sessions.len().saturating_sub(Self::MAX);
        self.sessions.drain(..too_many);
    }

    /// Moves a session's last use; one that is not there stays so.
    pub fn refresh(&mut self, refreshed: &SessionRefreshed, time: Timestamp) {
        if let Some(session) = self.sessions.iter_mut().find(|session| session.id == refreshed.session_id) {
            session.last_used_at = time;
            session.expires_at = refreshed.expires_at;
        }
    }

    /// Takes a session away.
    pub fn end(&mut self, id: SessionId) {
        self.sessions.retain(|session| session.id != id);
    }

    /// Takes every session away but one: the password has become another.
    pub fn keep_only(&mut self, kept: Option<SessionId>) {
        self.sessions.retain(|session| Some(session.id) == kept);
    }
}
