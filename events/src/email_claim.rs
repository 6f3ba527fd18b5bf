//! Who holds an email address. The stream's id is the address's HMAC, so that the log names no address.

use serde::{Deserialize, Serialize};

use crate::{UserId, event::stream_events};

stream_events! {
    /// An event of the stream `email-claim/<HMAC of the address>`.
    EmailClaimEvent on EmailClaim {
        /// The address was taken.
        EmailClaimed: 1 about [user_id],
        /// The address is free again.
        EmailReleased: 1 about [user_id],
    }
}

/// Somebody took the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailClaimed {
    /// Who holds it now.
    pub user_id: UserId,
}

/// The address may be taken again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailReleased {
    /// Who held it.
    pub user_id: UserId,
}
