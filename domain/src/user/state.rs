//! What is known of an account.

use events::{Fold, Language, Personal, Role, SessionId, UserEvent, UserId, UserRegistered};
use serde::{Deserialize, Serialize};

/// Fold of the stream `user/<user id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The account; none until somebody registered.
    pub account: Option<Account>,
}

/// An account that exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Whose it is.
    pub user_id: UserId,
    /// Trimmed and lower-cased.
    pub email: Personal<String>,
    /// First name.
    pub first_name: Personal<String>,
    /// Last name.
    pub last_name: Personal<String>,
    /// Picture; none when they show none.
    pub avatar_url: Option<Personal<String>>,
    /// The language they are written to in.
    pub language: Language,
    /// What they may do.
    pub role: Role,
    /// Whether they may come in.
    pub status: UserStatus,
    /// Argon2id, PHC string format.
    pub password_hash: Personal<String>,
    /// How many times the password has become another one. Sessions and mailed links are of a generation.
    pub password_generation: u32,
    /// The session of an earlier generation that lives on: the one the password was last changed in.
    pub kept_session: Option<SessionId>,
    /// What they are as a teacher.
    pub teaching: Teaching,
    /// What they want to be told.
    pub notifications: Notifications,
}

/// What somebody is as a teacher; kept for everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teaching {
    /// In their own words; none when they have not written any.
    pub bio: Option<Personal<String>>,
    /// What they know about.
    pub expertise_tags: Personal<Vec<String>>,
    /// How far their application has come.
    pub verification: Verification,
}

/// What somebody wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifications {
    /// About their own courses and purchases.
    pub email_notifications: bool,
    /// Offers.
    pub marketing_emails: bool,
    /// The newsletter.
    pub newsletter: bool,
}

impl Default for Notifications {
    /// Of a newcomer: nothing that they have not asked for, save about what is theirs.
    fn default() -> Self {
        Self { email_notifications: true, marketing_emails: false, newsletter: false }
    }
}

/// How far an application to teach has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verification {
    /// Never applied.
    Unverified,
    /// Waiting for an admin.
    Pending,
    /// Accepted.
    Verified,
    /// Refused; may apply again.
    Rejected,
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserStatus {
    /// It may.
    Active,
    /// An admin shut it.
    Suspended,
    /// The person was erased.
    Deleted,
}

impl UserStatus {
    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }
}

impl User {
    /// The account, as long as its owner has not been erased. Decisions ask for this one: who is gone is nobody.
    #[must_use]
    pub fn present(&self) -> Option<&Account> {
        self.account.as_ref().filter(|account| account.status != UserStatus::Deleted)
    }

    /// Whether this is an admin who may act: exactly those are on the roster of admins.
    ///
    /// Whoever decides a change of this account compares the answer before and after, and has the roster joined or
    /// left in the same commit when it differs.
    #[must_use]
    pub fn is_acting_admin(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.role == Role::Admin && account.status == UserStatus::Active)
    }
}

impl Account {
    fn registered(event: &UserRegistered) -> Self {
        Self {
            user_id: event.user_id,
            email: event.email.clone(),
            first_name: event.first_name.clone(),
            last_name: event.last_name.clone(),
            avatar_url: None,
            language: event.language,
            role: Role::Learner,
            status: UserStatus::Active,
            password_hash: event.password_hash.clone(),
            password_generation: 0,
            kept_session: None,
            teaching: Teaching {
                bio: None,
                expertise_tags: Personal::new(event.user_id, Vec::new()),
                verification: Verification::Unverified,
            },
            notifications: Notifications::default(),
        }
    }

    /// Whether they have something to say as a teacher: everybody but a learner who has not applied.
    #[must_use]
    pub fn may_describe_teaching(&self) -> bool {
        self.role != Role::Learner || self.teaching.verification != Verification::Unverified
    }

    fn take_in(&mut self, event: &UserEvent) {
        match event {
            UserEvent::UserRegistered(_) | UserEvent::PasswordResetRequested(_) => {}
            UserEvent::UserRoleChanged(event) => self.role = event.to,
            UserEvent::UserSuspended(_) => self.status = UserStatus::Suspended,
            UserEvent::UserReactivated(_) => self.status = UserStatus::Active,
            UserEvent::UserProfileChanged(event) => {
                self.first_name = event.first_name.clone();
                self.last_name = event.last_name.clone();
                self.avatar_url = event.avatar_url.clone();
                self.language = event.language;
            }
            UserEvent::InstructorProfileChanged(event) => {
                self.teaching.bio = event.bio.clone();
                self.teaching.expertise_tags = event.expertise_tags.clone();
            }
            UserEvent::NotificationSettingsChanged(event) => {
                self.notifications = Notifications {
                    email_notifications: event.email_notifications,
                    marketing_emails: event.marketing_emails,
                    newsletter: event.newsletter,
                };
            }
            UserEvent::InstructorApplied(event) => {
                self.teaching = Teaching {
                    bio: Some(event.bio.clone()),
                    expertise_tags: event.expertise_tags.clone(),
                    verification: Verification::Pending,
                };
            }
            UserEvent::InstructorVerified(_) => self.teaching.verification = Verification::Verified,
            UserEvent::InstructorRejected(_) => self.teaching.verification = Verification::Rejected,
            UserEvent::PasswordChanged(event) => self.take_password(&event.password_hash, event.kept_session_id),
            UserEvent::PasswordReset(event) => self.take_password(&event.password_hash, None),
            UserEvent::PasswordRehashed(event) => self.password_hash = event.password_hash.clone(),
            UserEvent::UserErased(_) => self.erase(),
        }
    }

    fn take_password(&mut self, hash: &Personal<String>, kept_session: Option<SessionId>) {
        self.password_hash = hash.clone();
        self.password_generation += 1;
        self.kept_session = kept_session;
    }

    /// A state in memory is not read from the log again: what is personal must go from here too.
    fn erase(&mut self) {
        self.status = UserStatus::Deleted;
        for text in [&mut self.email, &mut self.first_name, &mut self.last_name, &mut self.password_hash] {
            *text = Personal::erased(text.owner());
        }
        for text in [&mut self.avatar_url, &mut self.teaching.bio] {
            *text = None;
        }
        self.teaching.expertise_tags = Personal::erased(self.user_id);
    }
}

impl Fold for User {
    type Event = UserEvent;

    fn apply(&mut self, event: &UserEvent) {
        match (event, &mut self.account) {
            (UserEvent::UserRegistered(event), account) => *account = Some(Account::registered(event)),
            (event, Some(account)) => account.take_in(event),
            // No decision writes anything else first.
            (_, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use events::{
        InstructorApplied, PasswordChanged, PasswordRehashed, PasswordReset, UserErased, UserProfileChanged,
        UserReactivated, UserRoleChanged, UserSuspended,
    };
    use uuid::Uuid;

    use super::*;
    use crate::fixtures::{registered, user_id};

    fn fold(events: &[UserEvent]) -> User {
        let mut user = User::default();
        events.iter().for_each(|event| user.apply(event));
        user
    }

    #[test]
    fn a_newcomer_is_an_active_learner() {
        let account = fold(&[registered(1)]).account.unwrap();
        assert_eq!((account.user_id, account.role, account.status), (user_id(1), Role::Learner, UserStatus::Active));
        assert_eq!(account.email.value().map(String::as_str), Some("ada@example.org"));
        assert_eq!(account.password_hash.value().map(String::as_str), Some("$argon2id$stored"));
    }

    #[test]
    fn only_an_active_admin_acts_as_admin() {
        let user_id = user_id(1);
        let promoted = UserRoleChanged { user_id, from: Role::Learner, to: Role::Admin }.into();
        let mut events = vec![registered(1)];
        for (event, acting) in [
            (promoted, true),
            (UserSuspended { user_id }.into(), false),
            (UserReactivated { user_id }.into(), true),
            (UserRoleChanged { user_id, from: Role::Admin, to: Role::Instructor }.into(), false),
        ] {
            events.push(event);
            assert_eq!(fold(&events).is_acting_admin(), acting, "after {:?}", events.last());
        }
        assert!(!User::default().is_acting_admin());
    }

    #[test]
    fn a_password_that_becomes_another_one_starts_a_generation() {
        let user_id = user_id(1);
        let hash = |text: &str| Personal::new(user_id, text.to_owned());
        let kept = Some(SessionId::new(Uuid::from_u128(9)));
        let mut events = vec![registered(1)];
        for (event, stands) in [
            (PasswordChanged { user_id, password_hash: hash("b"), kept_session_id: kept }.into(), ("b", 1, kept)),
            (PasswordRehashed { user_id, password_hash: hash("c") }.into(), ("c", 1, kept)),
            (PasswordReset { user_id, password_hash: hash("d") }.into(), ("d", 2, None)),
        ] {
            events.push(event);
            let account = fold(&events).account.unwrap();
            let found = account.password_hash.value().unwrap().as_str();
            assert_eq!((found, account.password_generation, account.kept_session), stands);
        }
    }

    #[test]
    fn the_erased_leave_nothing_personal_in_memory() {
        let user_id = user_id(1);
        let personal = |text: &str| Personal::new(user_id, text.to_owned());
        let tags = Personal::new(user_id, vec!["Canary".to_owned()]);
        let user = fold(&[
            registered(1),
            UserRoleChanged { user_id, from: Role::Learner, to: Role::Admin }.into(),
            UserProfileChanged {
                user_id,
                first_name: personal("Canary"),
                last_name: personal("Canary"),
                avatar_url: Some(personal("https://canary.example")),
                language: Language::En,
            }
            .into(),
            InstructorApplied { user_id, bio: personal("Canary"), expertise_tags: tags }.into(),
            UserErased { user_id }.into(),
        ]);
        assert_eq!(user.account.as_ref().map(|account| account.status), Some(UserStatus::Deleted));
        assert_eq!((user.present(), user.is_acting_admin()), (None, false));
        let snapshot = serde_json::to_string(&user).unwrap().to_lowercase();
        for trace in ["canary", "ada@", "argon2id"] {
            assert!(!snapshot.contains(trace), "{trace} in {snapshot}");
        }
    }

    #[test]
    fn a_state_comes_back_from_a_snapshot_as_it_was() {
        let user = fold(&[registered(1), UserSuspended { user_id: user_id(1) }.into()]);
        let snapshot = serde_json::to_value(&user).unwrap();
        assert_eq!(snapshot["account"]["status"], UserStatus::Suspended.as_str());
        assert_eq!(serde_json::from_value::<User>(snapshot).unwrap(), user);
    }
}
