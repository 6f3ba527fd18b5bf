//! What happens to an account.

use serde::{Deserialize, Serialize};

use crate::{Language, Personal, Role, UserId, event::stream_events};

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
