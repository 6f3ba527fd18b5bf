//! What answers show of the documents, the same on both APIs; and reading the documents that a view is made of.
//!
//! | file | what it holds |
//! |---|---|
//! | `user` | [`UserView`]: an account, as its owner or an admin sees it; [`PublicUser`]: as everybody does |
//! | `users` | [`list_users`]: finding accounts |
//! | `sessions` | [`SessionView`]: where somebody is signed in |
//! | `course` | [`CourseView`] with its outline, [`CourseListItem`] with its modules as ids |
//! | `outline` | [`ModuleView`], [`LessonView`]: what of a lesson is for whom |
//! | `enrollment` | [`EnrollmentView`], [`EnrollmentListItem`], [`LessonProgressView`]: learners in courses |
//! | `grant` | [`GrantView`]: rights that admins give; [`load_grant`] |
//! | `faq` | [`FaqView`]: answered questions; [`load_faq`] |
//! | `review` | [`ReviewView`]: what learners think; [`load_review`], [`load_reviews_of`] |
//! | `certificate` | [`CertificateView`]; [`load_certificate`], [`find_certificate`] |
//! | `instructing` | [`list_instructor_courses`]: how a teacher's courses do |
//! | `of_course` | [`list_of_course_if`]: answered questions and reviews of a course |
//! | `quiz` | [`QuizView`]: a quiz, with its answers or without; [`AttemptView`] |
//! | `quizzes` | [`load_quiz`], [`list_attempts`], [`load_attempts_of`] |
//! | `teaching` | what AI Core reads: [`load_teaching`], [`list_course_cards`], [`load_course_card`] |
//! | `histories` | what AI Core learns from: [`load_histories`], [`load_history`] |
//! | `audit` | [`find_events`], [`events_of_person`]: finding events |
//! | `learning` | [`load_enrollment`], [`load_lessons_progress`], [`load_lesson`], [`list_enrollments`], [`load_learning_of`] |
//! | `media` | [`lessons_with_upload`], [`courses_pictured`]: what uploads are used for |
//! | `projections` | [`RebuildView`]; [`load_projections`], [`load_rebuild`]: how far they are |
//! | `transactions` | [`TransactionView`], [`InvoiceView`]: payments and invoices; finding them |
//! | `subscriptions` | [`SubscriptionView`]; finding subscriptions |
//! | `entitlements` | [`load_entitlements`], [`courses_covered`]: what somebody can open |
//! | `load` | [`load_user`], [`load_public_user`], [`load_sessions`], [`load_course`], [`load_course_for`] |
//! | `snapshot` | [`read_at_once`]: several reads at one instant, bounded, anew when a swap broke them off |

mod audit;
mod certificate;
mod course;
mod enrollment;
mod entitlements;
mod faq;
mod grant;
mod histories;
mod instructing;
mod learning;
mod load;
mod media;
mod of_course;
mod openapi;
mod outline;
mod projections;
mod quiz;
mod quizzes;
mod review;
mod sessions;
mod snapshot;
mod subscriptions;
mod teaching;
mod transactions;
mod user;
mod users;

pub use audit::{EventFilter, events_of_person, find_events};
pub use certificate::{CertificateDocuments, CertificateView, find_certificate, load_certificate};
pub use course::{CourseFacts, CourseListItem, CourseView, PriceView};
pub use enrollment::{CourseOfEnrollment, EnrollmentListItem, EnrollmentView, LessonProgressView};
pub use entitlements::{EntitlementDocuments, courses_covered, load_entitlements};
pub use faq::{FaqView, load_faq};
pub use grant::{GrantView, load_grant};
pub use histories::{
    TakenCourse, enrollments_moved, load_courses, load_histories, load_history, load_popular, load_published,
};
pub use instructing::{InstructorCourseView, list_instructor_courses};
pub use learning::{
    EnrollmentDocuments, LearningOf, list_enrollments, load_enrollment, load_finished_learners, load_learning_of,
    load_lesson, load_lesson_progress, load_lessons_progress, load_shrunk_courses,
};
pub use load::{
    CourseDocuments, load_course, load_course_for, load_orphaned_courses, load_public_user, load_sessions, load_user,
};
pub use media::{courses_pictured, lessons_with_upload};
pub use of_course::list_of_course_if;
pub use outline::{Audience, LessonView, ModuleView, VideoView};
pub use projections::{ProjectionRecords, RebuildView, is_parked, load_projections, load_rebuild};
pub use quiz::{AttemptView, QuestionView, QuizView, ResultView, RightAnswerView, SolutionView};
pub use quizzes::{AttemptPage, list_attempts, load_attempts_of, load_quiz};
pub use review::{ReviewView, load_review, load_reviews_of};
pub use sessions::SessionView;
pub use snapshot::{Reading, Snapshot, read_at_once};
pub use subscriptions::{SubscriptionView, due_subscriptions, load_subscriptions, subscription_of_provider};
pub use teaching::{CourseCard, list_course_cards, load_course_card, load_teaching};
pub use transactions::{
    CreditNoteView, InvoiceView, TransactionFilter, TransactionView, VatView, list_transactions, load_transaction,
    transaction_of_intent, unanswered_transactions,
};
pub use user::{InstructorInfoView, NotificationSettingsView, PublicUser, UserView};
pub use users::{UserFilter, list_users};

/// Serde's test for `stale`, which is left out of answers that are not.
#[allow(clippy::trivially_copy_pass_by_ref)] // the signature is serde's
const fn is_false(flag: &bool) -> bool {
    !*flag
}
