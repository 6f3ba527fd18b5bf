//! Writing courses, and learning in them.

pub mod add_faq;
pub mod add_lesson;
pub mod add_module;
pub mod archive_course;
pub mod arrange_outline;
pub mod change_course;
pub mod change_faq;
pub mod change_lesson;
pub mod change_module;
mod complete_courses;
mod course_of_faq;
pub mod create_course;
pub mod drop_enrollment;
mod edit;
mod editor;
pub mod enroll_learner;
mod film;
mod learner;
mod price;
pub mod publish_course;
pub mod record_progress;
pub mod remove_faq;
pub mod remove_lesson;
pub mod remove_module;
pub mod remove_review;
pub mod restore_course;
mod retire_courses;
pub mod unpublish_course;
pub mod write_review;

pub use complete_courses::start_completing;
pub(crate) use editor::editor;
pub(crate) use learner::{Learner, acting_role};
pub use retire_courses::start_retiring;
