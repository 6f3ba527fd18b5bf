//! Courses with their modules and lessons: one stream each, so that an outline is always whole.

mod outline;
mod state;

#[cfg(feature = "decide")]
mod add_lesson;
#[cfg(feature = "decide")]
mod add_module;
#[cfg(feature = "decide")]
mod create_course;
#[cfg(feature = "decide")]
mod editor;
#[cfg(feature = "decide")]
mod material;
#[cfg(feature = "decide")]
mod publish_course;

pub use outline::Module;
pub use state::{Course, CourseDetails, CourseStatus, FaqEntry, MAX_FAQ, MAX_LESSONS, MAX_MODULES};

#[cfg(feature = "decide")]
pub use {
    add_lesson::{AddLesson, AddLessonError},
    add_module::{AddModule, AddModuleError},
    create_course::{CreateCourse, CreateCourseError},
    editor::{Editor, NotEditable},
    material::{FilmSource, LessonVideo, MaterialError},
    publish_course::{PublishCourse, PublishCourseError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Course, CourseCommand, CourseError {
        CreateCourse(CreateCourseError) by create,
        AddModule(AddModuleError) by add_module,
        AddLesson(AddLessonError) by add_lesson,
        PublishCourse(PublishCourseError) by publish,
    }
}
