//! Who is an admin.

use std::collections::BTreeSet;

use events::{AdminRosterEvent, Fold, StreamId, UserId};
use serde::{Deserialize, Serialize};

/// Fold of the stream `admin-roster/all`: exactly those with an active account whose role is admin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminRoster {
    /// The admins.
    pub admins: BTreeSet<UserId>,
}

impl AdminRoster {
    /// The id of the one roster there is.
    pub const ID: &str = "all";

    /// The address of the one roster there is.
    #[must_use]
    pub fn address() -> StreamId {
        Self::stream(Self::ID)
    }
}

impl Fold for AdminRoster {
    type Event = AdminRosterEvent;

    fn apply(&mut self, event: &AdminRosterEvent) {
        match event {
            AdminRosterEvent::AdminJoined(event) => {
                self.admins.insert(event.user_id);
            }
            AdminRosterEvent::AdminLeft(event) => {
                self.admins.remove(&event.user_id);
            }
        }
    }
}
