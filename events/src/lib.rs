//! The facts of Har Academy: every event type that was ever written, the ids they name, the envelope they travel
//! in, and the upcasters that let today's code read yesterday's events.
//!
//! Serde only: no I/O and no rules. What may happen is decided in `domain`; what happened is written down here. One sum
//! stands here too, because decisions and read documents must not differ on it: [`progress`].

mod access;
mod admin_roster;
mod audit_access;
mod certificate;
mod course;
mod email_claim;
mod enrollment;
mod envelope;
mod event;
mod fold;
mod ids;
mod invoice;
mod media;
mod money;
mod pair;
mod percent;
mod personal;
mod projection_control;
mod quiz;
mod quiz_attempt;
mod review;
mod session;
mod stream;
mod subscription;
mod text;
mod time;
mod transaction;
mod upcast;
mod user;
mod vocabulary;

pub use access::{
    AccessEvent, AccessGranted, AccessReinstated, AccessRevoked, AccessSuspended, GrantEnd, GrantSource,
    PurchaseClosed, PurchaseOpened,
};
pub use admin_roster::{AdminJoined, AdminLeft, AdminRosterEvent};
pub use audit_access::{AuditAccessEvent, AuditTrailRead, AuditView};
pub use certificate::{CertificateEvent, CertificateIssued};
pub use course::{
    CourseArchived, CourseChanged, CourseCreated, CourseEvent, CoursePublished, CourseRestored, CourseUnpublished,
    FaqAdded, FaqChanged, FaqRemoved, Lesson, LessonAdded, LessonChanged, LessonRemoved, ModuleAdded, ModuleChanged,
    ModuleOutline, ModuleRemoved, OutlineArranged, Video, VideoSource,
};
pub use email_claim::{EmailClaimEvent, EmailClaimed, EmailReleased};
pub use enrollment::{
    CourseCompleted, EnrollmentDropped, EnrollmentEvent, EnrollmentResumed, LearnerEnrolled, LessonProgressRecorded,
};
pub use envelope::{Actor, ActorRole, RecordedEvent, StoredActor, StoredEvent};
pub use event::{DecodeError, Event, Fields, StreamEvent, decode, decode_current};
pub use fold::Fold;
pub use ids::{
    AccessId, AttemptId, CertificateId, CorrelationId, CourseId, EnrollmentId, EventId, FaqId, GrantId, InvalidId,
    LessonId, LessonProgressId, MediaId, ModuleId, QuestionId, QuizId, ReviewId, SessionId, SubscriptionId,
    TransactionId, UserId,
};
pub use invoice::{CreditNoteIssued, InvoiceIssued, InvoiceSeriesEvent};
pub use media::{MediaEvent, MediaRemoved, MediaUploaded};
pub use money::{Currency, Money, MoneyError};
pub use pair::{ACCESS_NAMESPACE, CERTIFICATE_NAMESPACE, ENROLLMENT_NAMESPACE, REVIEW_NAMESPACE};
pub use percent::{OverHundred, Percent, progress};
pub use personal::Personal;
pub use projection_control::{
    ParkedRetryRequested, ProjectionControlEvent, RebuildCancelled, RebuildCause, RebuildEnded, RebuildOutcome,
    RebuildRequested,
};
pub use quiz::{AnswerKey, Question, QuizChanged, QuizCreated, QuizEvent, QuizRemoved};
pub use quiz_attempt::{Answer, GivenAnswer, QuestionResult, QuizAttemptEvent, QuizAttemptSubmitted};
pub use review::{ReviewChanged, ReviewEvent, ReviewRemoved, ReviewWritten};
pub use session::{SessionEvent, SessionRefreshed, SessionRevoked, SessionStarted};
pub use stream::{Position, StreamId, StreamType, UnknownStreamType, Version};
pub use subscription::{
    ProviderEvent, SubscriptionCancelled, SubscriptionDeclined, SubscriptionEvent, SubscriptionExpired,
    SubscriptionPaused, SubscriptionPlanChanged, SubscriptionRenewed, SubscriptionRequested, SubscriptionResumed,
    SubscriptionStarted,
};
pub use time::{Timestamp, rfc3339_millis};
pub use transaction::{
    DisputeWon, PaymentAwaited, PaymentCompleted, PaymentDisputed, PaymentFailed, PaymentPartlyRefunded,
    PaymentRefunded, PaymentStarted, RefundFailed, RefundRequested, TransactionEvent,
};
pub use upcast::{UnknownVersion, upcast};
pub use user::{
    InstructorApplied, InstructorProfileChanged, InstructorRejected, InstructorVerified, NotificationSettingsChanged,
    PasswordChanged, PasswordRehashed, PasswordReset, PasswordResetRequested, UserErased, UserEvent,
    UserProfileChanged, UserReactivated, UserRegistered, UserRoleChanged, UserSuspended,
};
pub use vocabulary::{
    Domain, EnrollmentSource, Language, LessonStatus, LessonType, PaymentMethod, Plan, PricingModel, RefundCause, Role,
    SessionEnd, SubscriptionEnd, SubscriptionStatus, TransactionStatus,
};
