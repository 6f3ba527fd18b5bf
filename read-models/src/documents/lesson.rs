//! Collection `lessons`: the lessons of all courses, content and all. What of it may be shown is for the API to say.

use std::collections::BTreeSet;

use bson::doc;
use events::{CourseId, LessonId, LessonType, MediaId, ModuleId, QuizId, Timestamp, Video, VideoSource};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of lessons. Written by projection `courses`.
pub const LESSONS: Collection = Collection {
    name: "lessons",
    schema: || {
        let video = doc! {
            "url": schema::nullable(schema::text()),
            "media_id": schema::nullable(schema::id()),
            "duration_seconds": schema::nullable(schema::count()),
            "transcript": schema::nullable(schema::text()),
            "thumbnail_url": schema::nullable(schema::text()),
        };
        schema::read_document(doc! {
            "_id": schema::id(),
            "module_id": schema::id(),
            "course_id": schema::id(),
            "title": schema::text(),
            "description": schema::nullable(schema::text()),
            "type": schema::one_of(LessonType::ALL.iter().map(|word| word.as_str())),
            "order": schema::count(),
            "video": schema::nullable(schema::object(video)),
            "content": schema::nullable(schema::text()),
            "media_ids": schema::list(schema::id()),
            "quiz_id": schema::nullable(schema::id()),
            "preview": schema::boolean(),
            "created_at": schema::time(),
            "updated_at": schema::time(),
        })
    },
    indexes: || {
        vec![
            ("course_module_order", doc! { "course_id": 1, "module_id": 1, "order": 1 }),
            ("module_order", doc! { "module_id": 1, "order": 1 }),
            ("uploads", doc! { "media_ids": 1 }),
        ]
    },
};

/// A lesson.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// Stable for life.
    #[serde(rename = "_id")]
    pub id: LessonId,
    /// Its module.
    pub module_id: ModuleId,
    /// Its course.
    pub course_id: CourseId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// What it consists of.
    #[serde(rename = "type")]
    pub lesson_type: LessonType,
    /// Its place in the module, from 1.
    pub order: u32,
    /// The film of a video lesson.
    pub video: Option<LessonVideo>,
    /// HTML, sanitised on the way in.
    pub content: Option<String>,
    /// The uploads that it shows or links to, its film among them.
    #[serde(default)]
    pub media_ids: BTreeSet<MediaId>,
    /// The quiz that goes with it.
    pub quiz_id: Option<QuizId>,
    /// Whether anybody may see it before buying.
    pub preview: bool,
    /// When it was put in.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Lesson in LESSONS, id);

/// The film of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonVideo {
    /// Where it is; null when it is with the academy.
    pub url: Option<String>,
    /// The upload that it is; null when it is elsewhere.
    pub media_id: Option<MediaId>,
    /// How long it is.
    pub duration_seconds: Option<u32>,
    /// What is said in it.
    pub transcript: Option<String>,
    /// Still picture.
    pub thumbnail_url: Option<String>,
}

impl From<Video> for LessonVideo {
    fn from(video: Video) -> Self {
        let (url, media_id) = match video.source {
            VideoSource::Url { url } => (Some(url), None),
            VideoSource::Upload { media_id } => (None, Some(media_id)),
        };
        Self {
            url,
            media_id,
            duration_seconds: video.duration_seconds,
            transcript: video.transcript,
            thumbnail_url: video.thumbnail_url,
        }
    }
}
