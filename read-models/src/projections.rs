//! Which projections there are, and whose events each of them folds: what a command must wait for.

use events::StreamType;

/// Accounts.
pub const USERS_PROJECTION: &str = "users";
/// Courses with their modules, lessons, answered questions and reviews.
pub const COURSES_PROJECTION: &str = "courses";
/// Payments with their invoices.
pub const TRANSACTIONS_PROJECTION: &str = "transactions";
/// Subscriptions.
pub const SUBSCRIPTIONS_PROJECTION: &str = "subscriptions";
/// Who is in which course, and how far.
pub const ENROLLMENTS_PROJECTION: &str = "enrollments";
/// Who has completed which course, in writing.
pub const CERTIFICATES_PROJECTION: &str = "certificates";
/// Quizzes, and attempts at them.
pub const QUIZZES_PROJECTION: &str = "quizzes";
/// What opens courses to whom.
pub const ENTITLEMENTS_PROJECTION: &str = "entitlements";
/// An index of all events.
pub const AUDIT_PROJECTION: &str = "audit";

/// The names of all projections, in the order in which they are shown.
pub const ALL_PROJECTIONS: &[&str] = &[
    AUDIT_PROJECTION,
    CERTIFICATES_PROJECTION,
    COURSES_PROJECTION,
    ENROLLMENTS_PROJECTION,
    ENTITLEMENTS_PROJECTION,
    QUIZZES_PROJECTION,
    SUBSCRIPTIONS_PROJECTION,
    TRANSACTIONS_PROJECTION,
    USERS_PROJECTION,
];

/// The projections that no command waits for. `audit` folds every event, so that each command would wait for it; and
/// nobody reads it to see what they have just done: exports and audits wait by themselves until it has come to the end
/// of the log.
pub const NOT_WAITED_FOR: &[&str] = &[AUDIT_PROJECTION];

/// The projections that fold the events of this kind of stream, save those of [`NOT_WAITED_FOR`]: the projectors hand
/// them no others, and commands wait for them.
#[must_use]
pub const fn projections_of(stream: StreamType) -> &'static [&'static str] {
    match stream {
        StreamType::User => &[COURSES_PROJECTION, USERS_PROJECTION],
        StreamType::Course => &[COURSES_PROJECTION, ENROLLMENTS_PROJECTION, USERS_PROJECTION],
        StreamType::Enrollment => &[COURSES_PROJECTION, ENROLLMENTS_PROJECTION],
        StreamType::Access => &[ENTITLEMENTS_PROJECTION],
        StreamType::Quiz | StreamType::QuizAttempt => &[QUIZZES_PROJECTION],
        StreamType::Session => &[USERS_PROJECTION],
        StreamType::Transaction | StreamType::InvoiceSeries => &[TRANSACTIONS_PROJECTION],
        StreamType::Subscription => &[SUBSCRIPTIONS_PROJECTION],
        StreamType::Review => &[COURSES_PROJECTION, USERS_PROJECTION],
        StreamType::Certificate => &[CERTIFICATES_PROJECTION],
        StreamType::EmailClaim
        | StreamType::AdminRoster
        | StreamType::Media
        | StreamType::AuditAccess
        | StreamType::ProjectionControl => &[],
    }
}
