//! What happens to a course, its modules and its lessons.

use serde::{Deserialize, Serialize};

use crate::{
    CourseId, Domain, Language, LessonId, LessonType, ModuleId, Money, PricingModel, QuizId, UserId,
    event::stream_events,
};

stream_events! {
    /// An event of the stream `course/<course id>`.
    CourseEvent on Course {
        /// A draft was begun.
        CourseCreated: 1 about [instructor_id],
        /// A module was put in.
        ModuleAdded: 1 about [],
        /// A lesson was put into a module.
        LessonAdded: 1 about [],
        /// The course went into the catalogue.
        CoursePublished: 1 about [],
    }
}

/// An instructor began a course; it is a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseCreated {
    /// The new course.
    pub course_id: CourseId,
    /// Whose course it is.
    pub instructor_id: UserId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Description in a line or two.
    pub short_description: Option<String>,
    /// What it is about.
    pub domain: Domain,
    /// Tools and packages it uses.
    pub stack: Vec<String>,
    /// What it costs.
    pub price: Money,
    /// How it is sold.
    pub pricing_model: PricingModel,
    /// Words it is found by.
    pub keywords: Vec<String>,
    /// Cover.
    pub image_url: Option<String>,
    /// Shelf in the catalogue.
    pub category: Option<String>,
    /// Language it is held in.
    pub language: Language,
}

/// A module was put into a course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleAdded {
    /// The course.
    pub course_id: CourseId,
    /// The new module.
    pub module_id: ModuleId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// Its place, from 1; those from there on moved by one.
    pub order: u32,
}

/// A lesson was put into a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonAdded {
    /// The course.
    pub course_id: CourseId,
    /// The module.
    pub module_id: ModuleId,
    /// The lesson.
    pub lesson: Lesson,
    /// Its place in the module, from 1; those from there on moved by one.
    pub order: u32,
}

/// A lesson as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Stable for life.
    pub lesson_id: LessonId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// What it consists of.
    #[serde(rename = "type")]
    pub lesson_type: LessonType,
    /// The film of a video lesson.
    pub video: Option<Video>,
    /// HTML, sanitised.
    pub content: Option<String>,
    /// The quiz that goes with it.
    pub quiz_id: Option<QuizId>,
    /// Whether anybody may see it before buying.
    pub preview: bool,
}

/// The film of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Video {
    /// Where it is.
    pub url: String,
    /// How long it is.
    pub duration_seconds: Option<u32>,
    /// What is said in it.
    pub transcript: Option<String>,
    /// Still picture.
    pub thumbnail_url: Option<String>,
}

/// The course went into the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoursePublished {
    /// The course.
    pub course_id: CourseId,
}
