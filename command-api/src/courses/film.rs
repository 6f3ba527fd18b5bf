//! The film of a lesson: elsewhere on the web, uploaded before, or coming with the lesson itself.

use access::Caller;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use domain::course::{AddLesson, Editor, FilmSource};
use domain::media::RegisterUpload;
use domain::values::MediaType;
use domain::{Course, Media};
use event_log::with_deadline_anew;
use events::{CourseId, Fold, LessonId, MediaId, ModuleId, Role, StreamId, Timestamp};
use media_store::Shelf;
use service_kit::http::{ApiError, JsonBody, Object};
use utoipa::ToSchema;

use super::add_lesson::{NewLesson, NewVideo, lesson_answer};
use super::edit::quiz_must_be_of;
use super::editor;
use crate::Refusal;
use crate::commands::{Commands, Done, Origin, UnitOfWork, UseCase};
use crate::media::{Parts, Received, Receiver, boundary, malformed, remove_refused};

/// The longest JSON of a lesson.
const JSON_LIMIT: usize = 1024 * 1024;

/// Where the film of a lesson is said to be.
#[derive(Clone, Debug)]
pub(super) enum Film {
    /// At its URL.
    Elsewhere,
    /// With the academy.
    Uploaded(FilmSource),
    /// The same; it is named by the address at which answers show it, as whoever sends back what they were shown does.
    SentBack(FilmSource),
    /// It names an upload that there is not, or that is no film.
    Unknown,
}

impl Film {
    /// The upload that a lesson names, as the log has it.
    ///
    /// # Errors
    /// 503 when the log can't be read.
    pub(super) async fn named(commands: &Commands, video: Option<&Object<NewVideo>>) -> Result<Self, Refusal> {
        let Some(Object(video)) = video else { return Ok(Self::Elsewhere) };
        let shown = video.url().and_then(|url| commands.film_at(url));
        let (media_id, is_shown) = match (video.media_id().map(str::parse::<MediaId>), shown) {
            (Some(Ok(named)), shown) => (named, shown == Some(named)),
            (Some(Err(_)), _) => return Ok(Self::Unknown),
            (None, Some(shown)) => (shown, true),
            (None, None) => return Ok(Self::Elsewhere),
        };
        let media = commands.log().load::<Media>(media_id).await?;
        Ok(match &media.state.upload {
            Some(upload) if upload.media_type().is_some_and(MediaType::is_video) => {
                let source = FilmSource::Upload { media_id, owner: upload.owner_id };
                if is_shown { Self::SentBack(source) } else { Self::Uploaded(source) }
            }
            Some(_) | None => Self::Unknown,
        })
    }

    /// A film that comes by itself needs no further words.
    pub(super) fn or_empty(&self, video: Option<Object<NewVideo>>) -> Option<Object<NewVideo>> {
        match self {
            Self::Uploaded(_) | Self::SentBack(_) => Some(video.unwrap_or_default()),
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
    pub(super) async fn add(self, commands: &Commands, shelf: &Shelf, origin: &Origin) -> Result<Response, Refusal> {
        let Self { course_id, module_id, caller, request } = self;
        let by = Editor { user_id: caller.user_id, role: caller.role };
        // Before two gigabytes come for nothing.
        let course = commands.log().load::<Course>(course_id).await?;
        course.state.editable_by(by)?;
        // An upload serves its owner's courses only: what an admin sends is this owner's too.
        let owner_id = course.state.details.as_ref().map_or(caller.user_id, |details| details.instructor_id);
        let (parts, body) = request.into_parts();
        let receiver = Receiver {
            store: &shelf.store,
            owner_id,
            role: caller.role,
            takes: |media_type, _: Role| media_type.is_video(),
        };
        let parts = Parts::new(boundary(&parts.headers).ok_or_else(malformed)?, body.into_data_stream());
        let mut form = Form::default();
        let read = form.read(&receiver, parts).await;
        let lesson = read.and_then(|()| form.command(module_id, by));
        // Of a repetition the lesson stands, with the film that came the first time.
        let film = match form.film {
            Some(film) if lesson.is_err() || origin.is_repeated() => {
                film.give_up().await;
                None
            }
            film => film.map(Received::registering),
        };
        let lesson = lesson?;
        let file = film.as_ref().map(|film| film.media_id);
        let use_case = AddBoth { course_id, caller, lesson, film };
        with_deadline_anew(async {
            let done = commands.run(origin, &use_case).await;
            if let Err(refusal) = &done {
                remove_refused(&shelf.store, file, refusal).await;
            }
            answer(commands, course_id, &done?).await
        })
        .await
    }
}

/// The lesson, once it stands.
async fn answer(commands: &Commands, course_id: CourseId, done: &Done<LessonId>) -> Result<Response, Refusal> {
    Ok(lesson_answer(commands, course_id, done.outcome, done).await?.created().into_response())
}

/// What has come so far.
#[derive(Default)]
struct Form {
    lesson: Option<NewLesson>,
    film: Option<Received>,
}

impl Form {
    async fn read(&mut self, receiver: &Receiver<'_>, mut parts: Parts) -> Result<(), ApiError> {
        while let Some(mut part) = parts.next().await? {
            match part.name() {
                Some("lesson") if self.lesson.is_none() => {
                    let mut json = Vec::new();
                    while let Some(bytes) = part.chunk().await? {
                        if json.len() + bytes.len() > JSON_LIMIT {
                            return Err(ApiError::of_status(http::StatusCode::PAYLOAD_TOO_LARGE));
                        }
                        json.extend_from_slice(&bytes);
                    }
                    self.lesson = Some(JsonBody::of_bytes(&json)?.0);
                }
                Some("video") if self.film.is_none() => self.film = Some(receiver.receive("video", part).await?),
                Some("lesson" | "video") => return Err(malformed()),
                _ => return Err(part.unknown()),
            }
        }
        Ok(())
    }

    fn command(&mut self, module_id: ModuleId, by: Editor) -> Result<AddLesson, ApiError> {
        let Some(film) = &self.film else { return Err(ApiError::invalid("video", "required")) };
        let Some(lesson) = self.lesson.take() else { return Err(ApiError::invalid("lesson", "required")) };
        let source = FilmSource::Upload { media_id: film.media_id(), owner: film.owner_id() };
        lesson.parse(module_id, by, &Film::Uploaded(source))
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
