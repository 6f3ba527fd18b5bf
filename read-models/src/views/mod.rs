//! What answers show of the documents, the same on both APIs; and reading the documents that a view is made of.
//!
//! | file | what it holds |
//! |---|---|
//! | `user` | [`UserView`]: an account, as its owner or an admin sees it; [`PublicUser`]: as everybody does |
//! | `users` | [`list_users`]: finding accounts |
//! | `sessions` | [`SessionView`]: where somebody is signed in |
//! | `course` | [`CourseView`] with its outline, [`CourseListItem`] with its modules as ids |
//! | `outline` | [`ModuleView`], [`LessonView`]: what of a lesson is for whom |
//! | `faq` | [`FaqView`]: answered questions; [`list_faq_if`], [`load_faq`] |
//! | `teaching` | what AI Core reads: [`load_teaching`], [`list_course_cards`], [`load_course_card`] |
//! | `histories` | what AI Core learns from: [`load_histories`], [`load_history`] |
//! | `audit` | [`find_events`], [`events_of_person`]: finding events |
//! | `projections` | [`RebuildView`]; [`load_projections`], [`load_rebuild`]: how far they are |
//! | `load` | [`load_user`], [`load_public_user`], [`load_sessions`], [`load_course`], [`load_course_for`] |
//! | `snapshot` | [`read_at_once`]: several reads at one instant, bounded, anew when a swap broke them off |

mod audit;
mod course;
mod faq;
mod histories;
mod load;
mod openapi;
mod outline;
mod projections;
mod sessions;
mod snapshot;
mod teaching;
mod user;
mod users;

pub use audit::{EventFilter, events_of_person, find_events};
pub use course::{CourseFacts, CourseListItem, CourseView, PriceView};
pub use faq::{FaqView, list_faq_if, load_faq};
pub use histories::{
    TakenCourse, enrollments_moved, load_courses, load_histories, load_history, load_popular, load_published,
};
pub use load::{
    CourseDocuments, load_course, load_course_for, load_orphaned_courses, load_public_user, load_sessions, load_user,
};
pub use outline::{Audience, LessonView, ModuleView, VideoView};
pub use projections::{ProjectionRecords, RebuildView, is_parked, load_projections, load_rebuild};
pub use sessions::SessionView;
pub use snapshot::{Reading, Snapshot, read_at_once};
pub use teaching::{CourseCard, list_course_cards, load_course_card, load_teaching};
pub use user::{InstructorInfoView, NotificationSettingsView, PublicUser, UserView};
pub use users::{UserFilter, list_users};

/// Serde's test for `stale`, which is left out of answers that are not.
#[allow(clippy::trivially_copy_pass_by_ref)] // the signature is serde's
const fn is_false(flag: &bool) -> bool {
    !*flag
}
