//! Modules and lessons in answers: the outline for everybody, the content for whom it is.

use events::{CourseId, LessonId, LessonType, MediaId, ModuleId, QuizId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{is_false, openapi};
use crate::{Lesson, LessonVideo, Module};

/// Whom a course is shown to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Anybody: lessons without content, video URL and transcript, save for previews.
    Everyone,
    /// Its owner, or an admin: everything.
    Owner,
}

impl Audience {
    fn may_read(self, lesson: &Lesson) -> bool {
        match self {
            Self::Everyone => lesson.preview,
            Self::Owner => true,
        }
    }
}

/// A module with its lessons in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Module)]
pub struct ModuleView {
    /// The module.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: ModuleId,
    /// Its course.
    #[schema(schema_with = openapi::id)]
    pub course_id: CourseId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// Its place in the course, from 1.
    pub order: u32,
    /// Its lessons.
    pub lessons: Vec<LessonView>,
    /// When it was put in.
    #[schema(schema_with = openapi::time)]
    pub created_at: Timestamp,
    /// `true` when the read side could not follow the log for this module; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl ModuleView {
    /// A module with these lessons, which are its own and in order.
    #[must_use]
    pub fn new(module: Module, lessons: Vec<LessonView>) -> Self {
        Self {
            id: module.id,
            course_id: module.course_id,
            title: module.title,
            description: module.description,
            order: module.order,
            lessons,
            created_at: module.created_at,
            stale: module.stale,
        }
    }

    /// Shows films that were uploaded at the addresses which `link` gives them.
    #[must_use]
    pub fn with_films(mut self, link: impl Fn(MediaId) -> String) -> Self {
        self.lessons = self.lessons.into_iter().map(|lesson| lesson.with_film(&link)).collect();
        self
    }
}

/// A lesson. In an outline `content`, `video.url` and `video.transcript` are null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Lesson)]
pub struct LessonView {
    /// The lesson.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: LessonId,
    /// Its module.
    #[schema(schema_with = openapi::id)]
    pub module_id: ModuleId,
    /// Its course.
    #[schema(schema_with = openapi::id)]
    pub course_id: CourseId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// What it consists of.
    #[serde(rename = "type")]
    #[schema(schema_with = openapi::lesson_type)]
    pub lesson_type: LessonType,
    /// Its place in the module, from 1.
    pub order: u32,
    /// The film of a video lesson.
    pub video: Option<VideoView>,
    /// HTML.
    pub content: Option<String>,
    /// The quiz that goes with it.
    #[schema(schema_with = openapi::nullable_id)]
    pub quiz_id: Option<QuizId>,
    /// Whether anybody may see it before buying.
    pub preview: bool,
    /// When it was put in.
    #[schema(schema_with = openapi::time)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(schema_with = openapi::time)]
    pub updated_at: Timestamp,
    /// `true` when the read side could not follow the log for this lesson; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl LessonView {
    /// What this audience sees of a lesson.
    #[must_use]
    pub fn new(lesson: Lesson, audience: Audience) -> Self {
        let whole = audience.may_read(&lesson);
        Self {
            id: lesson.id,
            module_id: lesson.module_id,
            course_id: lesson.course_id,
            title: lesson.title,
            description: lesson.description,
            lesson_type: lesson.lesson_type,
            order: lesson.order,
            video: lesson.video.map(|video| VideoView::new(video, whole)),
            content: lesson.content.filter(|_| whole),
            quiz_id: lesson.quiz_id,
            preview: lesson.preview,
            created_at: lesson.created_at,
            updated_at: lesson.updated_at,
            stale: lesson.stale,
        }
    }
}

impl LessonView {
    /// Shows a film that was uploaded at the address which `link` gives it.
    #[must_use]
    pub fn with_film(mut self, link: impl FnOnce(MediaId) -> String) -> Self {
        if let Some(video) = &mut self.video
            && let Some(media_id) = video.media_id
        {
            video.url = Some(link(media_id));
        }
        self
    }
}

/// The film of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Video)]
pub struct VideoView {
    /// Where it is; null in an outline.
    pub url: Option<String>,
    /// How long it is.
    pub duration_seconds: Option<u32>,
    /// What is said in it; null in an outline.
    pub transcript: Option<String>,
    /// Still picture.
    pub thumbnail_url: Option<String>,
    /// The upload that it is, for whom it is to be seen; answers show its address.
    #[serde(skip)]
    pub media_id: Option<MediaId>,
}

impl VideoView {
    fn new(video: LessonVideo, whole: bool) -> Self {
        Self {
            url: video.url.filter(|_| whole),
            duration_seconds: video.duration_seconds,
            transcript: video.transcript.filter(|_| whole),
            thumbnail_url: video.thumbnail_url,
            media_id: video.media_id.filter(|_| whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn shown(preview: bool, audience: Audience) -> Value {
        let document = json!({
            "_id": "0190a5b0-0000-7000-8000-000000000003", "module_id": "0190a5b0-0000-7000-8000-000000000002",
            "course_id": "0190a5b0-0000-7000-8000-000000000001", "title": "Filtrer", "description": "En bref",
            "type": "video", "order": 1, "content": "<p>secret</p>", "quiz_id": null, "preview": preview,
            "video": {
                "url": "https://example.org/secret", "duration_seconds": 90, "transcript": "secret",
                "thumbnail_url": "https://example.org/still",
            },
            "created_at": "2026-01-31T08:30:00.000Z", "updated_at": "2026-01-31T08:30:00.000Z",
        });
        serde_json::to_value(LessonView::new(serde_json::from_value(document).unwrap(), audience)).unwrap()
    }

    #[test]
    fn an_outline_hides_content_url_and_transcript() {
        let outline = shown(false, Audience::Everyone);
        assert!(!outline.to_string().contains("secret"), "{outline}");
        assert_eq!(outline["content"], Value::Null);
        assert_eq!(
            outline["video"],
            json!({
                "url": null, "duration_seconds": 90, "transcript": null, "thumbnail_url": "https://example.org/still",
            })
        );
        assert_eq!((&outline["title"], &outline["type"]), (&json!("Filtrer"), &json!("video")));
    }

    #[test]
    fn owners_and_previews_show_everything() {
        for lesson in [shown(false, Audience::Owner), shown(true, Audience::Everyone)] {
            assert_eq!(lesson["content"], "<p>secret</p>");
            assert_eq!(lesson["video"]["url"], "https://example.org/secret");
            assert_eq!(lesson["video"]["transcript"], "secret");
        }
    }
}
