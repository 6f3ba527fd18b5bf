//! What is known of an account.

use events::{Fold, Language, Personal, Role, UserEvent, UserId};
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
    /// The language they are written to in.
    pub language: Language,
    /// What they may do.
    pub role: Role,
    /// Whether they may come in.
    pub status: UserStatus,
    /// Argon2id, PHC string format.
    pub password_hash: Personal<String>,
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserStatus {
    /// It may.
    Active,
    /// An admin shut it.
    Suspended,
}

impl UserStatus {
    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}

impl User {
    /// Whether this is an admin who may act: exactly those are on the roster of admins.
    ///
    /// Whoever decides a change of this account compares the answer before and after, and has the roster joined or
    /// left in the same commit when it differs.
    #[must_use]
    pub fn is_acting_admin(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.role == Role::Admin && account.status == UserStatus::Active)
    }
}

impl Fold for User {
    type Event = UserEvent;

    fn apply(&mut self, event: &UserEvent) {
        match (event, &mut self.account) {
            (UserEvent::UserRegistered(event), account) => {
                *account = Some(Account {
                    user_id: event.user_id,
                    email: event.email.clone(),
                    first_name: event.first_name.clone(),
                    last_name: event.last_name.clone(),
                    language: event.language,
                    role: Role::Learner,
                    status: UserStatus::Active,
                    password_hash: event.password_hash.clone(),
                });
            }
            (UserEvent::UserRoleChanged(event), Some(account)) => account.role = event.to,
            (UserEvent::UserSuspended(_), Some(account)) => account.status = UserStatus::Suspended,
            (UserEvent::UserReactivated(_), Some(account)) => account.status = UserStatus::Active,
            // No decision writes these before the first event.
            (UserEvent::UserRoleChanged(_) | UserEvent::UserSuspended(_) | UserEvent::UserReactivated(_), None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use events::{UserReactivated, UserRoleChanged, UserSuspended};

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
    fn a_state_comes_back_from_a_snapshot_as_it_was() {
        let user = fold(&[registered(1), UserSuspended { user_id: user_id(1) }.into()]);
        let snapshot = serde_json::to_value(&user).unwrap();
        assert_eq!(snapshot["account"]["status"], UserStatus::Suspended.as_str());
        assert_eq!(serde_json::from_value::<User>(snapshot).unwrap(), user);
    }
}
