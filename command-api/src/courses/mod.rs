//! Writing courses.

pub mod add_lesson;
pub mod add_module;
pub mod create_course;
mod editor;
mod price;
pub mod publish_course;

pub(crate) use editor::editor;
