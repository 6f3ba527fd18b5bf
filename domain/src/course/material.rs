//! What a lesson is made of, and what its type asks for.

use events::{Lesson, LessonType, MediaId, UserId, Video, VideoSource};

use super::CourseDetails;
use crate::values::{DurationSeconds, HttpUrl, Transcript};

/// The film of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonVideo {
    /// Where it is.
    pub source: FilmSource,
    /// How long it is.
    pub duration_seconds: Option<DurationSeconds>,
    /// What is said in it.
    pub transcript: Option<Transcript>,
    /// Still picture.
    pub thumbnail_url: Option<HttpUrl>,
}

/// Where a film is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilmSource {
    /// Elsewhere on the web.
    Url(HttpUrl),
    /// With the academy.
    Upload {
        /// The uploaded film.
        media_id: MediaId,
        /// Who uploaded it.
        owner: UserId,
    },
}

/// Why a lesson is no whole lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaterialError {
    /// A video lesson without a film.
    #[error("a video lesson needs a video")]
    MissingVideo,
    /// A text lesson without a text.
    #[error("a text lesson needs content")]
    MissingContent,
    /// An upload serves only courses of its uploader.
    #[error("the video was uploaded by somebody else")]
    NotTheirUpload,
}

impl From<LessonVideo> for Video {
    fn from(video: LessonVideo) -> Self {
        let source = match video.source {
            FilmSource::Url(url) => VideoSource::Url { url: url.into_string() },
            FilmSource::Upload { media_id, owner: _ } => VideoSource::Upload { media_id },
        };
        Self {
            source,
            duration_seconds: video.duration_seconds.map(DurationSeconds::get),
            transcript: video.transcript.map(Transcript::into_string),
            thumbnail_url: video.thumbnail_url.map(HttpUrl::into_string),
        }
    }
}

impl CourseDetails {
    /// The film as events have it, if it may be shown in this course.
    pub(super) fn film(&self, video: Option<LessonVideo>) -> Result<Option<Video>, MaterialError> {
        match &video {
            Some(LessonVideo { source: FilmSource::Upload { owner, .. }, .. }) if *owner != self.instructor_id => {
                Err(MaterialError::NotTheirUpload)
            }
            Some(_) | None => Ok(video.map(Video::from)),
        }
    }
}

/// Whether a lesson has what its type asks for.
pub(super) const fn check(lesson: &Lesson) -> Result<(), MaterialError> {
    match lesson.lesson_type {
        LessonType::Video if lesson.video.is_none() => Err(MaterialError::MissingVideo),
        LessonType::Text if lesson.content.is_none() => Err(MaterialError::MissingContent),
        LessonType::Video | LessonType::Text | LessonType::Quiz | LessonType::Exercise => Ok(()),
    }
}
