//! What opens a course to a person: grants, each with a life of its own. (Subscriptions are streams of their own.)

use serde::{Deserialize, Serialize};

use crate::{CourseId, GrantId, Personal, TransactionId, UserId, event::stream_events};

stream_events! {
    /// An event of the stream `access/<access id>`.
    AccessEvent on Access {
        /// A right to open the course was given.
        AccessGranted: 1 about [user_id],
        /// It was taken, for good.
        AccessRevoked: 1 about [user_id],
        /// It opens nothing for the time being.
        AccessSuspended: 1 about [user_id],
        /// It opens the course again.
        AccessReinstated: 1 about [user_id],
        /// A purchase began; there is no other before it ends.
        PurchaseOpened: 1 about [user_id],
        /// It came to nothing.
        PurchaseClosed: 1 about [user_id],
    }
}

/// A right to open a course was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessGranted {
    /// The new grant.
    pub grant_id: GrantId,
    /// To whom the course opens.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// Where it comes from.
    pub source: GrantSource,
}

/// Where a right to open a course comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum GrantSource {
    /// They bought it.
    Purchase {
        /// The payment.
        transaction_id: TransactionId,
    },
    /// The course is free.
    Free {},
    /// An admin gave it.
    Admin {
        /// Why; it is about the person, and theirs.
        reason: Personal<String>,
    },
}

/// A right to open a course was taken, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRevoked {
    /// The grant.
    pub grant_id: GrantId,
    /// From whom.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// Why.
    pub end: GrantEnd,
}

/// Why a right to open a course was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum GrantEnd {
    /// The purchase was paid back.
    Refunded {},
    /// The bank took the purchase back.
    DisputeLost {},
    /// An admin took it.
    Admin {
        /// Why; it is about the person, and theirs.
        reason: Option<Personal<String>>,
    },
}

/// A right opens nothing for the time being: its purchase is disputed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessSuspended {
    /// The grant.
    pub grant_id: GrantId,
    /// Whose.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
}

/// A right opens the course again: the dispute was won.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessReinstated {
    /// The grant.
    pub grant_id: GrantId,
    /// Whose.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
}

/// A purchase began: no other of this course by this person may, before this one has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurchaseOpened {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who buys.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
}

/// A purchase came to nothing. (One that is paid for ends in a grant.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurchaseClosed {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who wanted to buy.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
}
