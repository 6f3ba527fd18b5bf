//! Courses with their modules and lessons: one stream each, so that an outline is always whole.

mod outline;
mod state;

#[cfg(feature = "decide")]
mod add_faq;
#[cfg(feature = "decide")]
mod add_lesson;
#[cfg(feature = "decide")]
mod add_module;
#[cfg(feature = "decide")]
mod archive_course;
#[cfg(feature = "decide")]
mod arrange_outline;
#[cfg(feature = "decide")]
mod attach_quiz;
#[cfg(feature = "decide")]
mod change_course;
#[cfg(feature = "decide")]
mod change_faq;
#[cfg(feature = "decide")]
mod change_lesson;
#[cfg(feature = "decide")]
mod change_module;
#[cfg(feature = "decide")]
mod create_course;
#[cfg(feature = "decide")]
mod editor;
#[cfg(feature = "decide")]
mod material;
#[cfg(feature = "decide")]
mod publish_course;
#[cfg(feature = "decide")]
mod remove_faq;
#[cfg(feature = "decide")]
mod remove_lesson;
#[cfg(feature = "decide")]
mod remove_module;
#[cfg(feature = "decide")]
mod restore_course;
#[cfg(feature = "decide")]
mod retire_course;
#[cfg(feature = "decide")]
mod unpublish_course;

pub use outline::Module;
pub use state::{Course, CourseDetails, CourseStatus, FaqEntry, MAX_FAQ, MAX_LESSONS, MAX_MODULES};

#[cfg(feature = "decide")]
pub use {
    add_faq::{AddFaq, AddFaqError},
    add_lesson::{AddLesson, AddLessonError},
    add_module::{AddModule, AddModuleError},
    archive_course::{ArchiveCourse, ArchiveCourseError},
    arrange_outline::{ArrangeOutline, ArrangeOutlineError},
    attach_quiz::{AttachQuiz, AttachQuizError},
    change_course::{ChangeCourse, ChangeCourseError},
    change_faq::{ChangeFaq, ChangeFaqError},
    change_lesson::{ChangeLesson, ChangeLessonError},
    change_module::{ChangeModule, ChangeModuleError},
    create_course::{CreateCourse, CreateCourseError},
    editor::{Editor, NotEditable},
    material::{FilmSource, LessonVideo, MaterialError},
    publish_course::{PublishCourse, PublishCourseError},
    remove_faq::{RemoveFaq, RemoveFaqError},
    remove_lesson::{RemoveLesson, RemoveLessonError},
    remove_module::{RemoveModule, RemoveModuleError},
    restore_course::{RestoreCourse, RestoreCourseError},
    retire_course::{RetireCourse, RetireCourseError},
    unpublish_course::{UnpublishCourse, UnpublishCourseError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Course, CourseCommand, CourseError {
        CreateCourse(CreateCourseError) by create,
        ChangeCourse(ChangeCourseError) by change,
        PublishCourse(PublishCourseError) by publish,
        UnpublishCourse(UnpublishCourseError) by unpublish,
        ArchiveCourse(ArchiveCourseError) by archive,
        RestoreCourse(RestoreCourseError) by restore,
        RetireCourse(RetireCourseError) by retire,
        AddModule(AddModuleError) by add_module,
        ChangeModule(ChangeModuleError) by change_module,
        RemoveModule(RemoveModuleError) by remove_module,
        AddLesson(AddLessonError) by add_lesson,
        ChangeLesson(ChangeLessonError) by change_lesson,
        AttachQuiz(AttachQuizError) by attach_quiz,
        RemoveLesson(RemoveLessonError) by remove_lesson,
        ArrangeOutline(ArrangeOutlineError) by arrange_outline,
        AddFaq(AddFaqError) by add_faq,
        ChangeFaq(ChangeFaqError) by change_faq,
        RemoveFaq(RemoveFaqError) by remove_faq,
    }
}

#[cfg(test)]
mod outline_properties;
