//! The documents, one file per collection.

mod audit_block;
mod audit_event;
mod certificate;
mod checkpoint;
mod course;
mod course_instructor;
mod course_revenue;
mod enrollment;
mod enrollment_course;
mod faq;
mod grant;
mod lesson;
mod lesson_progress;
mod module;
mod parked;
mod quiz;
mod quiz_attempt;
mod ratings;
mod rebuild;
mod review;
mod subscription;
mod transaction;
mod user;
mod user_course;
mod user_rating;
mod user_sessions;

pub use audit_block::{AUDIT_BLOCKS, AuditBlock};
pub use audit_event::{AUDIT_EVENTS, AuditEvent, PositionKey};
pub use certificate::{CERTIFICATES, Certificate};
pub use checkpoint::{Checkpoint, PROJECTIONS, ProjectionState};
pub use course::{COURSES, Course, CoursePrice, CourseStatus, hours};
pub use course_instructor::{COURSE_INSTRUCTORS, CourseInstructor, full_name};
pub use course_revenue::{COURSE_REVENUES, CourseRevenue};
pub use enrollment::{ENROLLMENTS, Enrollment, EnrollmentStatus};
pub use enrollment_course::{ENROLLMENT_COURSES, EnrollmentCourse};
pub use faq::{FAQ, Faq};
pub use grant::{GRANTS, Grant, GrantKind};
pub use lesson::{LESSONS, Lesson, LessonVideo};
pub use lesson_progress::{LESSON_PROGRESS, LessonProgress};
pub use module::{MODULES, Module};
pub use parked::{PARKED, ParkCause, Parked};
pub use quiz::{QUIZZES, QuestionType, Quiz};
pub use quiz_attempt::{AttemptResult, QUIZ_ATTEMPTS, QuizAttempt, RightAnswer};
pub use ratings::Ratings;
pub use rebuild::{REBUILDS, Rebuild, RebuildState, Verification};
pub use review::{REVIEWS, Review};
pub use subscription::{SUBSCRIPTIONS, Subscription};
pub use transaction::{CreditNote, Invoice, TRANSACTIONS, Transaction};
pub use user::{InstructorInfo, NotificationSettings, USERS, User, UserStatus, VerificationStatus};
pub use user_course::{USER_COURSES, UserCourse};
pub use user_rating::{USER_RATINGS, UserRating};
pub use user_sessions::{DeviceSession, USER_SESSIONS, UserSessions};

/// A document of a read collection: replaced as a whole by its projection, read as a whole.
pub trait ReadDocument: serde::Serialize + serde::de::DeserializeOwned + Clone + Send + Sync + 'static {
    /// Its collection.
    const COLLECTION: &'static str;

    /// Its `_id`.
    fn key(&self) -> String;
}

macro_rules! read_document {
    ($name:ident in $collection:ident, $id:ident) => {
        impl $crate::documents::ReadDocument for $name {
            const COLLECTION: &'static str = $collection.name;

            fn key(&self) -> String {
                self.$id.to_string()
            }
        }

        // Documents name persons, and end up in messages of failed assertions.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.$id)
            }
        }
    };
}
use read_document;

macro_rules! status_words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word in documents and answers.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value of a word; none when it is not of the set.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }
    };
}
use status_words;

/// Serde's test for `stale`, which is left out of documents that are not.
#[allow(clippy::trivially_copy_pass_by_ref)] // the signature is serde's
const fn is_false(flag: &bool) -> bool {
    !*flag
}
