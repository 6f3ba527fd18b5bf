//! A lesson is written anew, or stands elsewhere in its module.

use events::{CourseEvent, Lesson, LessonChanged, LessonId, LessonType, OutlineArranged, QuizId};

use super::{Course, CourseDetails, Editor, LessonVideo, MaterialError, NotEditable, editor::move_to, material};
use crate::values::{Description, LessonContent, Order, ShortTitle};

/// Changes a lesson. What is none stays as it is; of two nested, the inner none takes the value away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeLesson {
    /// The lesson.
    pub lesson_id: LessonId,
    /// Who asks.
    pub by: Editor,
    /// Title.
    pub title: Option<ShortTitle>,
    /// Description.
    pub description: Option<Option<Description>>,
    /// What it consists of.
    pub lesson_type: Option<LessonType>,
    /// The whole film.
    pub video: Option<Option<LessonVideo>>,
    /// HTML, sanitised.
    pub content: Option<Option<LessonContent>>,
    /// The quiz that goes with it.
    pub quiz_id: Option<Option<QuizId>>,
    /// Whether anybody may see it before buying.
    pub preview: Option<bool>,
    /// Where it stands in its module from now on.
    pub order: Option<Order>,
}

/// Why the lesson stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeLessonError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// The course has no such lesson.
    #[error("the course has no such lesson")]
    UnknownLesson,
    /// It would lack what its type needs, or have what is not theirs to give.
    #[error(transparent)]
    Material(#[from] MaterialError),
}

impl ChangeLesson {
    /// A change of nothing.
    #[must_use]
    pub const fn nothing(lesson_id: LessonId, by: Editor) -> Self {
        Self {
            lesson_id,
            by,
            title: None,
            description: None,
            lesson_type: None,
            video: None,
            content: None,
            quiz_id: None,
            preview: None,
            order: None,
        }
    }
}

impl Course {
    /// Decides [`ChangeLesson`]. What changes nothing is no event.
    ///
    /// # Errors
    /// [`ChangeLessonError`] says which.
    pub fn change_lesson(&self, command: ChangeLesson) -> Result<Vec<CourseEvent>, ChangeLessonError> {
        let details = self.editable_by(command.by)?;
        let (module, old) = details.lesson(command.lesson_id).ok_or(ChangeLessonError::UnknownLesson)?;
        let (course_id, module_id, order) = (details.course_id, module.module_id, command.order);
        let lesson = details.written_anew(old, command)?;
        material::check(&lesson)?;
        let mut events = Vec::new();
        if lesson != *old {
            events.push(LessonChanged { course_id, module_id, lesson }.into());
        }
        if let Some(order) = order {
            let mut modules = details.outline();
            for place in &mut modules {
                if let Some(index) = place.lesson_ids.iter().position(|id| *id == old.lesson_id) {
                    move_to(&mut place.lesson_ids, index, order);
                }
            }
            if modules != details.outline() {
                events.push(OutlineArranged { course_id, modules }.into());
            }
        }
        Ok(events)
    }
}

impl CourseDetails {
    fn written_anew(&self, old: &Lesson, command: ChangeLesson) -> Result<Lesson, MaterialError> {
        let video = match command.video {
            Some(video) => self.film(video)?,
            None => old.video.clone(),
        };
        Ok(Lesson {
            lesson_id: old.lesson_id,
            title: command.title.map_or_else(|| old.title.clone(), ShortTitle::into_string),
            description: command
                .description
                .map_or_else(|| old.description.clone(), |text| text.map(Description::into_string)),
            lesson_type: command.lesson_type.unwrap_or(old.lesson_type),
            video,
            content: command.content.map_or_else(|| old.content.clone(), |text| text.map(LessonContent::into_string)),
            quiz_id: command.quiz_id.unwrap_or(old.quiz_id),
            preview: command.preview.unwrap_or(old.preview),
        })
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::{ModuleOutline, QuizId, Video, VideoSource};
    use uuid::Uuid;

    use super::*;
    use crate::course::FilmSource;
    use crate::fixtures::{
        admin, course_created, course_id, lesson_added, lesson_id, module_added, module_id, other_instructor, owner,
        text_lesson, user_id,
    };
    use crate::values::HttpUrl;

    fn nothing() -> ChangeLesson {
        ChangeLesson::nothing(lesson_id(2), owner())
    }

    fn given() -> Vec<CourseEvent> {
        let module = vec![course_created(), module_added(1, 1), lesson_added(1, 1, 1)];
        module.into_iter().chain([lesson_added(1, 2, 2), lesson_added(1, 3, 3)]).collect()
    }

    fn film(source: FilmSource) -> LessonVideo {
        LessonVideo { source, duration_seconds: None, transcript: None, thumbnail_url: None }
    }

    fn url() -> FilmSource {
        FilmSource::Url(HttpUrl::parse("https://video.example/2.mp4").unwrap())
    }

    fn changed(lesson: Lesson) -> CourseEvent {
        LessonChanged { course_id: course_id(), module_id: module_id(1), lesson }.into()
    }

    /// The fixtures' lesson as a film, with everything it may have.
    fn full() -> Lesson {
        Lesson {
            title: "Filtrer".to_owned(),
            description: Some("En bref".to_owned()),
            lesson_type: LessonType::Video,
            video: Some(Video {
                source: VideoSource::Url { url: "https://video.example/2.mp4".to_owned() },
                duration_seconds: None,
                transcript: None,
                thumbnail_url: None,
            }),
            content: Some("<p>Le code</p>".to_owned()),
            quiz_id: Some(QuizId::new(Uuid::from_u128(9))),
            preview: true,
            ..text_lesson(2)
        }
    }

    fn everything() -> ChangeLesson {
        ChangeLesson {
            title: Some(ShortTitle::parse("Filtrer").unwrap()),
            description: Some(Some(Description::parse("En bref").unwrap())),
            lesson_type: Some(LessonType::Video),
            video: Some(Some(film(url()))),
            content: Some(Some(LessonContent::parse("<p>Le code</p>").unwrap())),
            quiz_id: Some(Some(QuizId::new(Uuid::from_u128(9)))),
            preview: Some(true),
            by: admin(),
            ..nothing()
        }
    }

    fn check(events: Vec<CourseEvent>, command: ChangeLesson, expected: Result<Vec<CourseEvent>, ChangeLessonError>) {
        let test = TestFramework::<Course>::with(()).given(events).when(command.into());
        match expected {
            Ok(events) => test.then_expect_events(events),
            Err(error) => test.then_expect_error(error.into()),
        }
    }

    #[test]
    fn every_field_changes_and_what_is_null_goes() {
        check(given(), everything(), Ok(vec![changed(full())]));
        let bare = ChangeLesson {
            description: Some(None),
            content: Some(None),
            quiz_id: Some(None),
            preview: Some(false),
            ..nothing()
        };
        let lesson = Lesson { description: None, content: None, quiz_id: None, preview: false, ..full() };
        check([given(), vec![changed(full())]].concat(), bare, Ok(vec![changed(lesson)]));
    }

    #[test]
    fn what_changes_nothing_is_no_event() {
        check(given(), nothing(), Ok(Vec::new()));
        check([given(), vec![changed(full())]].concat(), everything(), Ok(Vec::new()));
    }

    #[test]
    fn a_lesson_keeps_what_its_type_needs() {
        let no_film = ChangeLesson { lesson_type: Some(LessonType::Video), ..nothing() };
        check(given(), no_film, Err(MaterialError::MissingVideo.into()));
        let no_text = ChangeLesson { content: Some(None), ..nothing() };
        check(given(), no_text.clone(), Err(MaterialError::MissingContent.into()));
        let exercise = ChangeLesson { lesson_type: Some(LessonType::Exercise), ..no_text };
        let lesson = Lesson { lesson_type: LessonType::Exercise, content: None, ..text_lesson(2) };
        check(given(), exercise, Ok(vec![changed(lesson)]));
        let source = FilmSource::Upload { media_id: events::MediaId::new(Uuid::nil()), owner: user_id(2) };
        let theirs = ChangeLesson { video: Some(Some(film(source))), ..nothing() };
        check(given(), theirs, Err(MaterialError::NotTheirUpload.into()));
    }

    #[test]
    fn a_lesson_moves_within_its_module() {
        for (order, expected) in [(1, Some([2, 1, 3])), (2, None), (3, Some([1, 3, 2])), (99, Some([1, 3, 2]))] {
            let arranged = |order: [u128; 3]| {
                let place = ModuleOutline { module_id: module_id(1), lesson_ids: order.map(lesson_id).to_vec() };
                OutlineArranged { course_id: course_id(), modules: vec![place] }.into()
            };
            let command = ChangeLesson { order: Some(Order::parse(order).unwrap()), ..nothing() };
            check(given(), command, Ok(expected.map(arranged).into_iter().collect()));
        }
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        let unknown = ChangeLesson { lesson_id: lesson_id(4), ..everything() };
        check(given(), unknown, Err(ChangeLessonError::UnknownLesson));
        let by = other_instructor();
        check(given(), ChangeLesson { by, ..everything() }, Err(NotEditable::NotOwner.into()));
        check(Vec::new(), everything(), Err(NotEditable::NotFound.into()));
    }
}
