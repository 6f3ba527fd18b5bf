//! The film of a lesson: elsewhere on the web, uploaded before, or coming with the lesson itself.

use access::{Caller, in_time_anew};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use domain::course::{AddLesson, Editor, FilmSource};
use domain::media::RegisterUpload;
use domain::values::MediaType;
use domain::{Course, Media};
use events::{CourseId, Fold, LessonId, MediaId, ModuleId, Role, StreamId, Timestamp};
use service_kit::http::{ApiError, JsonBody};
use utoipa::ToSchema;

use super::add_lesson::{NewLesson, NewVideo, lesson_answer};
use super::edit::quiz_must_be_of;
use super::editor;
use crate::Refusal;
use crate::commands::{Commands, Origin, UnitOfWork, UseCase};
use crate::media::upload_media::give_up;
use crate::media::{Received, Receiver, Uploads, multipart};

/// The longest JSON of a lesson.
const JSON_LIMIT: usize = 1024 * 1024;

/// Where the film of a lesson is said to be.
#[derive(Clone, Debug)]
pub(super) enum Film {
    /// At its URL.
    Elsewhere,
    /// With the academy.
    Uploaded(FilmSource),
    /// It names an upload that there is not, or that is no film.
    Unknown,
}

impl Film {
    /// The upload that a lesson names, as the log has it.
    ///
    /// # Errors
    /// 503 when the log can't be read.
    pub(super) async fn named(commands: &Commands, video: Option<&NewVideo>) -> Result<Self, Refusal> {
        let Some(text) = video.and_then(NewVideo::media_id) else { return Ok(Self::Elsewhere) };
        let Ok(media_id) = text.parse::<MediaId>() else { return Ok(Self::Unknown) };
        let media = commands.log().load::<Media>(media_id).await?;
        let is_film = |name: &str| MediaType::from_name(name).is_some_and(MediaType::is_video);
        Ok(match &media.state.upload {
            Some(upload) if is_film(&upload.content_type) => {
                Self::Uploaded(FilmSource::Upload { media_id, owner: upload.owner_id })
            }
            Some(_) | None => Self::Unknown,
        })
    }

    /// A film that comes by itself needs no further words.
    pub(super) fn or_empty(&self, video: Option<NewVideo>) -> Option<NewVideo> {
        match self {
            Self::Uploaded(_) => Some(video.unwrap_or_default()),
            Self::Elsewhere | Self::Unknown => video,
        }
    }
}

/// The body of a lesson with its film: `multipart/form-data`.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it is here to be documented")]
pub struct LessonForm {
    /// The lesson, as JSON.
    lesson: NewLesson,
    /// The film.
    #[schema(value_type = String, format = Binary)]
    video: Vec<u8>,
}

/// A lesson that comes with its film.
pub(super) struct WithFilm {
    pub(super) course_id: CourseId,
    pub(super) module_id: ModuleId,
    pub(super) caller: Caller,
    pub(super) request: Request,
}

impl WithFilm {
    /// Takes in both, and puts the lesson into its module.
    ///
    /// # Errors
    /// [`Refusal`]; nothing is left of the film then.
    pub(super) async fn add(
        self,
        commands: &Commands,
        uploads: &Uploads,
        origin: &Origin,
    ) -> Result<Response, Refusal> {
        let Self { course_id, module_id, caller, request } = self;
        let by = Editor { user_id: caller.user_id, role: caller.role };
        // Before two gigabytes come for nothing.
        commands.log().load::<Course>(course_id).await?.state.editable_by(by)?;
        let (parts, body) = request.into_parts();
        let receiver = Receiver {
            store: &uploads.store,
            owner_id: caller.user_id,
            role: caller.role,
            takes: |media_type, _: Role| media_type.is_video(),
        };
        let mut form = Form::default();
        let read = form.read(&receiver, multipart(&parts.headers, body)?).await;
        let command = read.and_then(|()| form.command(module_id, by));
        let upload = form.film.map(|film| film.command);
        let done = match command {
            Ok(lesson) => {
                let use_case = AddBoth { course_id, caller, lesson, film: upload.clone() };
                in_time_anew(async {
                    let done = commands.run(origin, &use_case).await?;
                    lesson_answer(commands, course_id, done.outcome, &done).await
                })
                .await
            }
            Err(error) => Err(error.into()),
        };
        match done {
            Ok(answer) => Ok(answer.created().into_response()),
            Err(refusal) => {
                give_up(uploads, upload.as_ref()).await;
                Err(refusal)
            }
        }
    }
}

/// What has come so far.
#[derive(Default)]
struct Form {
    lesson: Option<NewLesson>,
    film: Option<Received>,
}

impl Form {
    async fn read(&mut self, receiver: &Receiver<'_>, mut parts: multer::Multipart<'static>) -> Result<(), ApiError> {
        let malformed = || ApiError::bad_request("malformed_body");
        while let Some(mut part) = parts.next_field().await.map_err(|_| malformed())? {
            match part.name() {
                Some("lesson") if self.lesson.is_none() => {
                    let mut json = Vec::new();
                    while let Some(bytes) = part.chunk().await.map_err(|_| malformed())? {
                        if json.len() + bytes.len() > JSON_LIMIT {
                            return Err(ApiError::of_status(http::StatusCode::PAYLOAD_TOO_LARGE));
                        }
                        json.extend_from_slice(&bytes);
                    }
                    self.lesson = Some(JsonBody::of_bytes(&json)?.0);
                }
                Some("video") if self.film.is_none() => self.film = Some(receiver.receive("video", part).await?),
                Some("lesson" | "video") => return Err(malformed()),
                name => {
                    let name = name.unwrap_or_default().chars().take(100).collect::<String>();
                    return Err(ApiError::bad_request("unknown_field").detail(name, "unknown"));
                }
            }
        }
        Ok(())
    }

    fn command(&mut self, module_id: ModuleId, by: Editor) -> Result<AddLesson, ApiError> {
        let (Some(lesson), Some(film)) = (self.lesson.take(), &self.film) else {
            let missing = if self.film.is_none() { "video" } else { "lesson" };
            return Err(ApiError::invalid(missing, "required"));
        };
        let RegisterUpload { media_id, owner_id, .. } = film.command;
        lesson.parse(module_id, by, &Film::Uploaded(FilmSource::Upload { media_id, owner: owner_id }))
    }
}

/// The film and the lesson, in one commit.
struct AddBoth {
    course_id: CourseId,
    caller: Caller,
    lesson: AddLesson,
    film: Option<RegisterUpload>,
}

impl UseCase for AddBoth {
    type Outcome = LessonId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<LessonId, Refusal> {
        let by = editor(work, &self.caller).await?;
        let mut course = work.load::<Course>(self.course_id).await?;
        course.decide(AddLesson { by, ..self.lesson.clone() }).await?;
        if let Some(film) = self.film.clone() {
            let mut media = work.load::<Media>(film.media_id).await?;
            media.decide(RegisterUpload { role: by.role, ..film }).await?;
            work.put(media);
        }
        work.put(course);
        quiz_must_be_of(work, self.course_id, self.lesson.quiz_id).await?;
        Ok(self.lesson.lesson_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Course::stream(self.course_id))
    }
}
