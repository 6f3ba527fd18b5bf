//! Who holds an address.

use events::{EmailClaimEvent, Fold, UserId};
use serde::{Deserialize, Serialize};

/// Fold of the stream `email-claim/<HMAC of the address>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailClaim {
    /// Who holds the address; none when it is free.
    pub held_by: Option<UserId>,
}

impl Fold for EmailClaim {
    type Event = EmailClaimEvent;

    fn apply(&mut self, event: &EmailClaimEvent) {
        match event {
            EmailClaimEvent::EmailClaimed(event) => self.held_by = Some(event.user_id),
            EmailClaimEvent::EmailReleased(_) => self.held_by = None,
        }
    }
}
