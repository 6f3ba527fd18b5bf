//! Who is an admin: one stream for all, so that two admins can't step down at once and leave none.

use serde::{Deserialize, Serialize};

use crate::{UserId, event::stream_events};

stream_events! {
    /// An event of the stream `admin-roster/all`.
    AdminRosterEvent on AdminRoster {
        /// Somebody became an admin.
        AdminJoined: 1 about [user_id],
        /// Somebody is no admin any more.
        AdminLeft: 1 about [user_id],
    }
}

/// Somebody became an admin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminJoined {
    /// Who.
    pub user_id: UserId,
}

/// Somebody is no admin any more: demoted, suspended or erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminLeft {
    /// Who.
    pub user_id: UserId,
}
