//! Which projections there are, and whose events each of them folds: what a command must wait for.

use events::StreamType;

/// Accounts.
pub const USERS_PROJECTION: &str = "users";
/// Courses with their modules and lessons.
pub const COURSES_PROJECTION: &str = "courses";

/// The projections that fold the events of this kind of stream. (The projectors have a test that this is true.)
#[must_use]
pub const fn projections_of(stream: StreamType) -> &'static [&'static str] {
    match stream {
        StreamType::User | StreamType::Course => &[COURSES_PROJECTION, USERS_PROJECTION],
        StreamType::Session => &[USERS_PROJECTION],
        StreamType::EmailClaim
        | StreamType::AdminRoster
        | StreamType::Quiz
        | StreamType::QuizAttempt
        | StreamType::Enrollment
        | StreamType::Access
        | StreamType::Review
        | StreamType::Certificate
        | StreamType::Media => &[],
    }
}
