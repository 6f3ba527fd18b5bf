//! The facts of Har Academy: every event type that was ever written, the ids they name, the envelope they travel
//! in, and the upcasters that let today's code read yesterday's events.
//!
//! Serde only: no I/O and no rules. What may happen is decided in `domain`; what happened is written down here.

mod admin_roster;
mod course;
mod email_claim;
mod envelope;
mod event;
mod fold;
mod ids;
mod money;
mod personal;
mod session;
mod stream;
mod time;
mod upcast;
mod user;
mod vocabulary;

pub use admin_roster::{AdminJoined, AdminLeft, AdminRosterEvent};
pub use course::{CourseCreated, CourseEvent, CoursePublished, Lesson, LessonAdded, ModuleAdded, Video};
pub use email_claim::{EmailClaimEvent, EmailClaimed, EmailReleased};
pub use envelope::{Actor, ActorRole, RecordedEvent, StoredActor, StoredEvent};
pub use event::{DecodeError, Event, StreamEvent, decode};
pub use fold::Fold;
pub use ids::{CorrelationId, CourseId, EventId, InvalidId, LessonId, ModuleId, QuizId, SessionId, UserId};
pub use money::{Currency, Money};
pub use personal::Personal;
pub use session::{SessionEvent, SessionRefreshed, SessionRevoked, SessionStarted};
pub use stream::{Position, StreamId, StreamType, UnknownStreamType, Version};
pub use time::{Timestamp, rfc3339_millis};
pub use upcast::{UnknownVersion, upcast};
pub use user::{
    InstructorApplied, InstructorProfileChanged, InstructorRejected, InstructorVerified, NotificationSettingsChanged,
    PasswordChanged, PasswordRehashed, PasswordReset, PasswordResetRequested, UserErased, UserEvent,
    UserProfileChanged, UserReactivated, UserRegistered, UserRoleChanged, UserSuspended,
};
pub use vocabulary::{Domain, Language, LessonType, PricingModel, Role, SessionEnd};
