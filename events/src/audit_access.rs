//! Who has looked at the audit trail.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{UserId, event::stream_events};

stream_events! {
    /// An event of the stream `audit-access/<user id>`: one stream for each who looks.
    AuditAccessEvent on AuditAccess {
        /// Somebody read events, or what was made of them.
        AuditTrailRead: 1 about [user_id],
    }
}

/// Somebody read the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditTrailRead {
    /// Who read.
    pub user_id: UserId,
    /// What they read.
    pub view: AuditView,
    /// What they asked for, by the names of the parameters. Ids, names of types, times and numbers; no free text.
    pub query: BTreeMap<String, String>,
}

/// The views of the audit trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditView {
    /// Events, searched.
    Events,
    /// A stream.
    Stream,
    /// A state, as it was.
    State,
    /// Why somebody can open a course, or can't.
    Access,
    /// Events, as they happen.
    Tail,
}
