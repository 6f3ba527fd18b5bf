//! Streams: the log's units of consistency.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Place of an event in the whole log: 1, 2, 3, … without gaps; 0 is before the first.
pub type Position = u64;

/// Place of an event in its stream: 1, 2, 3, … without gaps; 0 is an empty stream.
pub type Version = u64;

/// A name that is no stream type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown stream type")]
pub struct UnknownStreamType;

macro_rules! stream_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// The kinds of streams, by the names that the log, NATS subjects and the audit trail use.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum StreamType {
            $($(#[$doc])* $variant,)+
        }

        impl StreamType {
            /// Every stream type.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in the log, in subjects and in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }

        impl std::str::FromStr for StreamType {
            type Err = UnknownStreamType;

            fn from_str(text: &str) -> Result<Self, UnknownStreamType> {
                match text {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(UnknownStreamType),
                }
            }
        }
    };
}

stream_types! {
    /// A person's account.
    User = "user",
    /// Who holds an email address; the id is the address's HMAC.
    EmailClaim = "email-claim",
    /// A signed-in device.
    Session = "session",
    /// A course with its modules and lessons.
    Course = "course",
    /// A quiz of a course.
    Quiz = "quiz",
    /// One try at a quiz.
    QuizAttempt = "quiz-attempt",
    /// A learner in a course; the id is of the pair.
    Enrollment = "enrollment",
    /// What opens a course to a person; the id is of the pair.
    Access = "access",
    /// What a learner thinks of a course; the id is of the pair.
    Review = "review",
    /// That a learner has completed a course, in writing; the id is of the pair.
    Certificate = "certificate",
    /// An uploaded file.
    Media = "media",
    /// A payment for a course, or the zero one of a free course.
    Transaction = "transaction",
    /// A person's subscription; the id is the person's.
    Subscription = "subscription",
    /// The invoices, or the credit notes, of a year: versions are their numbers.
    InvoiceSeries = "invoice-series",
    /// Who is an admin: one stream, so that the last one can't leave.
    AdminRoster = "admin-roster",
    /// Who has looked at the audit trail; the id is theirs.
    AuditAccess = "audit-access",
    /// What operators ask of a projection; the id is its name.
    ProjectionControl = "projection-control",
}

impl std::fmt::Display for StreamType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The address of a stream: its type and its id within the type.
///
/// The id is a UUID for most, a HMAC in hexadecimal for an email claim, a fixed word for a stream that there is one
/// of. It never holds a `/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    stream_type: StreamType,
    /// Shared: one append names its stream in many places.
    id: Arc<str>,
}

impl StreamId {
    /// The address of the stream `stream_type`/`id`.
    pub fn new(stream_type: StreamType, id: impl std::fmt::Display) -> Self {
        Self { stream_type, id: id.to_string().into() }
    }

    /// The kind of stream.
    #[must_use]
    pub const fn stream_type(&self) -> StreamType {
        self.stream_type
    }

    /// The id within the kind.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl std::fmt::Display for StreamId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.stream_type, self.id)
    }
}
