//! What happens to a course, its modules and its lessons.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    CourseId, Domain, FaqId, Language, LessonId, LessonType, MediaId, ModuleId, Money, PricingModel, QuizId, UserId,
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
        LessonAdded: 2 about [],
        /// The course went into the catalogue.
        CoursePublished: 1 about [],
        /// It is described, or sold, otherwise.
        CourseChanged: 1 about [],
        /// It left the catalogue and is a draft again.
        CourseUnpublished: 1 about [],
        /// It was put away: no new sale.
        CourseArchived: 1 about [],
        /// What was put away is a draft again.
        CourseRestored: 1 about [],
        /// A module is described otherwise.
        ModuleChanged: 1 about [],
        /// A module is gone, with its lessons.
        ModuleRemoved: 1 about [],
        /// A lesson was written anew.
        LessonChanged: 1 about [],
        /// A lesson is gone.
        LessonRemoved: 1 about [],
        /// Modules and lessons stand in another order.
        OutlineArranged: 1 about [],
        /// A question was answered for everyone.
        FaqAdded: 1 about [],
        /// A question, or its answer, was worded otherwise.
        FaqChanged: 1 about [],
        /// A question is not shown any more.
        FaqRemoved: 1 about [],
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

impl Lesson {
    /// The uploads that it shows or links to: its film, its still picture, and what its text names by their addresses.
    #[must_use]
    pub fn uploads(&self) -> BTreeSet<MediaId> {
        let film = self.video.as_ref().and_then(|video| match video.source {
            VideoSource::Upload { media_id } => Some(media_id),
            VideoSource::Url { .. } => None,
        });
        let in_text = self.content.iter().flat_map(|content| uploads_named(content));
        film.into_iter().chain(self.still_picture()).chain(in_text).collect()
    }

    /// The upload that is its film's still picture, if it is one.
    #[must_use]
    pub fn still_picture(&self) -> Option<MediaId> {
        uploads_named(self.video.as_ref()?.thumbnail_url.as_ref()?).next()
    }
}

/// The uploads that a text names: `…/media/<id>`, at whatever origin, which is a setting and may change.
fn uploads_named(text: &str) -> impl Iterator<Item = MediaId> {
    text.split("/media/").skip(1).filter_map(|rest| rest.get(..36)?.parse().ok())
}

/// The film of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Video {
    /// Where it is. (Since version 2 of the events; before, it was a URL always.)
    pub source: VideoSource,
    /// How long it is.
    pub duration_seconds: Option<u32>,
    /// What is said in it.
    pub transcript: Option<String>,
    /// Still picture.
    pub thumbnail_url: Option<String>,
}

/// Where a film is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum VideoSource {
    /// Elsewhere on the web.
    Url {
        /// Absolute, http or https.
        url: String,
    },
    /// With the academy.
    Upload {
        /// The uploaded file.
        media_id: MediaId,
    },
}

/// The course went into the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoursePublished {
    /// The course.
    pub course_id: CourseId,
}

/// A course is described, or sold, otherwise. Whole values: as they are after the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseChanged {
    /// The course.
    pub course_id: CourseId,
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

/// The course left the catalogue and is a draft again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseUnpublished {
    /// The course.
    pub course_id: CourseId,
}

/// The course was put away: it is out of the catalogue and not sold; who has access keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseArchived {
    /// The course.
    pub course_id: CourseId,
}

/// A course that was put away is a draft again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseRestored {
    /// The course.
    pub course_id: CourseId,
}

/// A module is described otherwise. Whole values: as they are after the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleChanged {
    /// The course.
    pub course_id: CourseId,
    /// The module.
    pub module_id: ModuleId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
}

/// A module is gone; those behind it moved up by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleRemoved {
    /// The course.
    pub course_id: CourseId,
    /// The module.
    pub module_id: ModuleId,
    /// The lessons that went with it, in order.
    pub lesson_ids: Vec<LessonId>,
}

/// A lesson was written anew. It stays where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonChanged {
    /// The course.
    pub course_id: CourseId,
    /// The module it is in.
    pub module_id: ModuleId,
    /// The whole lesson, as it is after the change.
    pub lesson: Lesson,
}

/// A lesson is gone; those behind it in its module moved up by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonRemoved {
    /// The course.
    pub course_id: CourseId,
    /// The module it was in.
    pub module_id: ModuleId,
    /// The lesson.
    pub lesson_id: LessonId,
}

/// Modules and lessons stand in another order; lessons may have moved between modules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutlineArranged {
    /// The course.
    pub course_id: CourseId,
    /// Every module of the course, in order.
    pub modules: Vec<ModuleOutline>,
}

/// A module and what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleOutline {
    /// The module.
    pub module_id: ModuleId,
    /// Its lessons, in order.
    pub lesson_ids: Vec<LessonId>,
}

/// A question was answered for everyone, as the last of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaqAdded {
    /// The course.
    pub course_id: CourseId,
    /// The new entry.
    pub faq_id: FaqId,
    /// Question.
    pub question: String,
    /// Answer.
    pub answer: String,
}

/// A question, or its answer, was worded otherwise. Whole values: as they are after the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaqChanged {
    /// The course.
    pub course_id: CourseId,
    /// The entry.
    pub faq_id: FaqId,
    /// Question.
    pub question: String,
    /// Answer.
    pub answer: String,
}

/// A question is not shown any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaqRemoved {
    /// The course.
    pub course_id: CourseId,
    /// The entry.
    pub faq_id: FaqId,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_lesson_uses_the_uploads_that_it_names() {
        let id = |n: u128| MediaId::new(Uuid::from_u128(n));
        let url = |n: u128| format!("https://har.example/api/v1/media/{}", id(n));
        let video = Video {
            source: VideoSource::Upload { media_id: id(1) },
            duration_seconds: None,
            transcript: None,
            thumbnail_url: Some(url(2)),
        };
        let text =
            format!("<img src=\"{}?expires=1\"> <a href=\"{}\">é</a> /media/é /media/ {}", url(3), url(4), id(5));
        let mut lesson = Lesson {
            lesson_id: LessonId::new(Uuid::from_u128(9)),
            title: String::new(),
            description: Some(url(6)),
            lesson_type: LessonType::Video,
            video: Some(video),
            content: Some(text),
            quiz_id: None,
            preview: false,
        };
        assert_eq!(lesson.still_picture(), Some(id(2)));
        assert_eq!(lesson.uploads(), BTreeSet::from([1, 2, 3, 4].map(id)));
        (lesson.video, lesson.content) = (None, None);
        assert_eq!((lesson.still_picture(), lesson.uploads()), (None, BTreeSet::new()));
    }
}
