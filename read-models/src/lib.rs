//! The read collections: their documents, names, indexes and validators, shared by those who write them (projectors)
//! and those who read them (the APIs); and how far they have come.
//!
//! | module | what it holds |
//! |---|---|
//! | `documents` | one file per collection: its document, its [`Collection`] |
//! | `collection` | making collections: [`ensure`] |
//! | `evolve` | how documents come out of events |
//! | `schema` | the pieces that validators are made of |
//! | [`search`] | words of courses and words of a search, folded alike |
//! | `money` | [`MoneyView`]: amounts as answers write them |
//! | [`views`] | what answers show of the documents |
//! | `positions` | [`Positions`]: waiting until a projection has come so far |

mod collection;
mod documents;
mod evolve;
mod money;
mod positions;
mod projections;
mod schema;
pub mod search;
pub mod views;

pub use collection::{Collection, ensure};
pub use documents::{
    AUDIT_BLOCKS, AUDIT_EVENTS, AttemptResult, AuditBlock, AuditEvent, CERTIFICATES, COURSE_INSTRUCTORS, COURSES,
    Certificate, Checkpoint, Course, CourseInstructor, CoursePrice, CourseStatus, DeviceSession, ENROLLMENT_COURSES,
    ENROLLMENTS, Enrollment, EnrollmentCourse, EnrollmentStatus, FAQ, Faq, GRANTS, Grant, GrantKind, InstructorInfo,
    LESSON_PROGRESS, LESSONS, Lesson, LessonProgress, LessonVideo, MODULES, Module, NotificationSettings, PARKED,
    PROJECTIONS, ParkCause, Parked, PositionKey, ProjectionState, QUIZ_ATTEMPTS, QUIZZES, QuestionType, Quiz,
    QuizAttempt, REBUILDS, REVIEWS, Ratings, ReadDocument, Rebuild, RebuildState, Review, RightAnswer, USER_COURSES,
    USER_RATINGS, USER_SESSIONS, USERS, User, UserCourse, UserRating, UserSessions, UserStatus, Verification,
    VerificationStatus, full_name, hours,
};
pub use documents::{
    COURSE_REVENUES, CourseRevenue, CreditNote, Invoice, SUBSCRIPTIONS, Subscription, TRANSACTIONS, Transaction,
};
pub use evolve::{grant_of, subscription_of};
pub use money::MoneyView;
pub use positions::{Announcement, Positions, Waited, lease_name, rebuild_lease_name};
pub use projections::{
    ALL_PROJECTIONS, AUDIT_PROJECTION, CERTIFICATES_PROJECTION, COURSES_PROJECTION, ENROLLMENTS_PROJECTION,
    ENTITLEMENTS_PROJECTION, NOT_WAITED_FOR, QUIZZES_PROJECTION, SUBSCRIPTIONS_PROJECTION, TRANSACTIONS_PROJECTION,
    USERS_PROJECTION, projections_of,
};
