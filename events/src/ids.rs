//! Typed ids: a course id can't be passed where a user id is meant.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A text that is no UUID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID")]
pub struct InvalidId;

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The typed form of a UUID.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId)
            }
        }

        // Text everywhere, also in BSON, where a bare `Uuid` would become bytes.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::text::parsed(deserializer)
            }
        }
    )+};
}

typed_ids! {
    /// An event; UUIDv7, given once by the command that caused it and kept over every retry.
    EventId;
    /// A person.
    UserId;
    /// A session: one signed-in device; the `sid` of its tokens.
    SessionId;
    /// A course.
    CourseId;
    /// A module of a course.
    ModuleId;
    /// A lesson; stable for life, also when it moves to another module.
    LessonId;
    /// A quiz.
    QuizId;
    /// A question of a quiz; stable while the quiz changes around it.
    QuestionId;
    /// One try at a quiz.
    AttemptId;
    /// A question with its answer that a course's page shows.
    FaqId;
    /// A learner in a course; UUIDv5 of the pair, see [`EnrollmentId::of`].
    EnrollmentId;
    /// How far a learner is with a lesson; UUIDv5 of the pair, see [`LessonProgressId::of`].
    LessonProgressId;
    /// All that opens a course to a person; UUIDv5 of the pair, see [`AccessId::of`].
    AccessId;
    /// One right to open a course.
    GrantId;
    /// A learner's review of a course; UUIDv5 of the pair, see [`ReviewId::of`].
    ReviewId;
    /// A learner's certificate of a course; UUIDv5 of the pair, see [`CertificateId::of`].
    CertificateId;
    /// An uploaded file.
    MediaId;
    /// A payment, or the zero one of a free course.
    TransactionId;
    /// A subscription; a person has one after the other.
    SubscriptionId;
    /// What ties together everything that one request set off; the caller may bring their own.
    CorrelationId;
}
