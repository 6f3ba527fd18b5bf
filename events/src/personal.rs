//! Personal data inside events.

use serde::{Deserialize, Serialize};

use crate::UserId;

/// A value about a person, named with the person it is about, so that it can be made unreadable with them.
///
/// In memory it is open: `{"personal_of": <user id>, "value": …}`. Before an event is stored the log replaces the
/// whole object by `{"sealed_for": <user id>, "cipher": "…"}`, encrypted under the owner's key. When that key has been
/// destroyed it is read back with `value: null`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Personal<T> {
    /// The person whose key seals the value.
    #[serde(rename = "personal_of")]
    owner: UserId,
    value: Option<T>,
}

impl<T> Personal<T> {
    /// A value about `owner`.
    pub const fn new(owner: UserId, value: T) -> Self {
        Self { owner, value: Some(value) }
    }

    /// What is left of a value whose owner was erased.
    #[must_use]
    pub const fn erased(owner: UserId) -> Self {
        Self { owner, value: None }
    }

    /// The person the value is about.
    #[must_use]
    pub const fn owner(&self) -> UserId {
        self.owner
    }

    /// The value; none when its owner was erased.
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The value by itself; none when its owner was erased.
    #[must_use]
    pub fn into_value(self) -> Option<T> {
        self.value
    }
}

// Events end up in logs and panic messages; what is personal must not.
impl<T> std::fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Personal(of {}{})", self.owner, if self.value.is_some() { "" } else { ", erased" })
    }
}
