//! A lesson goes into a module.

use events::{CourseEvent, Lesson, LessonAdded, LessonId, LessonType, ModuleId, QuizId};

use super::{Course, Editor, LessonVideo, MAX_LESSONS, MaterialError, NotEditable, editor::place, material};
use crate::values::{Description, LessonContent, Order, ShortTitle};

/// Puts a lesson into a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddLesson {
    /// A new id.
    pub lesson_id: LessonId,
    /// The module it goes into.
    pub module_id: ModuleId,
    /// Who asks.
    pub by: Editor,
    /// Title.
    pub title: ShortTitle,
    /// Description.
    pub description: Option<Description>,
    /// What it consists of.
    pub lesson_type: LessonType,
    /// A film; a video lesson needs one.
    pub video: Option<LessonVideo>,
    /// HTML, sanitised; a text lesson needs it.
    pub content: Option<LessonContent>,
    /// The quiz that goes with it.
    pub quiz_id: Option<QuizId>,
    /// Whether anybody may see it before buying.
    pub preview: bool,
    /// Where it goes in the module; those from there on move by one. The end by default.
    pub order: Option<Order>,
}

/// Why no lesson was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddLessonError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// The course has no such module.
    #[error("the course has no such module")]
    UnknownModule,
    /// The course has [`MAX_LESSONS`].
    #[error("a course has at most {MAX_LESSONS} lessons")]
    TooManyLessons,
    /// It lacks what its type needs, or has what is not theirs to give.
    #[error(transparent)]
    Material(#[from] MaterialError),
}

impl Course {
    /// Decides [`AddLesson`].
    ///
    /// # Errors
    /// [`AddLessonError`] says which.
    pub fn add_lesson(&self, command: AddLesson) -> Result<Vec<CourseEvent>, AddLessonError> {
        let details = self.editable_by(command.by)?;
        let module = details.module(command.module_id).ok_or(AddLessonError::UnknownModule)?;
        let lesson = Lesson {
            lesson_id: command.lesson_id,
            title: command.title.into_string(),
            description: command.description.map(Description::into_string),
            lesson_type: command.lesson_type,
            video: details.film(command.video)?,
            content: command.content.map(LessonContent::into_string),
            quiz_id: command.quiz_id,
            preview: command.preview,
        };
        material::check(&lesson)?;
        if details.lesson_count() >= MAX_LESSONS {
            return Err(AddLessonError::TooManyLessons);
        }
        let order = place(command.order, module.lessons.len());
        Ok(vec![LessonAdded { course_id: details.course_id, module_id: module.module_id, lesson, order }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::{MediaId, Video, VideoSource};
    use uuid::Uuid;

    use super::*;
    use crate::course::FilmSource;
    use crate::fixtures::{
        course_created, course_id, lesson_added, lesson_id, module_added, module_id, other_instructor, owner, user_id,
    };
    use crate::values::{DurationSeconds, HttpUrl, Transcript};

    /// The command of the fixtures' text lesson.
    fn add(module: u128, n: u128, order: Option<i64>) -> AddLesson {
        AddLesson {
            lesson_id: lesson_id(n),
            module_id: module_id(module),
            by: owner(),
            title: ShortTitle::parse(&format!("Leçon {n}")).unwrap(),
            description: None,
            lesson_type: LessonType::Text,
            video: None,
            content: Some(LessonContent::parse("<p>Bonjour</p>").unwrap()),
            quiz_id: None,
            preview: false,
            order: order.map(|order| Order::parse(order).unwrap()),
        }
    }

    fn video() -> LessonVideo {
        LessonVideo {
            source: FilmSource::Url(HttpUrl::parse("https://video.example/1.mp4").unwrap()),
            duration_seconds: Some(DurationSeconds::parse(90).unwrap()),
            transcript: Some(Transcript::parse("Bonjour.").unwrap()),
            thumbnail_url: Some(HttpUrl::parse("https://video.example/1.png").unwrap()),
        }
    }

    fn expect_error(events: Vec<CourseEvent>, command: AddLesson, error: AddLessonError) {
        TestFramework::<Course>::with(()).given(events).when(command.into()).then_expect_error(error.into());
    }

    #[test]
    fn places_count_within_the_module() {
        for (order, placed) in [(None, 2), (Some(1), 1), (Some(2), 2)] {
            TestFramework::<Course>::with(())
                .given(vec![course_created(), module_added(1, 1), module_added(2, 2), lesson_added(1, 1, 1)])
                .and(vec![lesson_added(2, 2, 1), lesson_added(2, 3, 2)])
                .when(add(1, 4, order).into())
                .then_expect_events(vec![lesson_added(1, 4, placed)]);
        }
    }

    #[test]
    fn a_film_comes_whole_into_the_event() {
        let command = AddLesson { lesson_type: LessonType::Video, video: Some(video()), ..add(1, 1, None) };
        let events = TestFramework::<Course>::with(())
            .given(vec![course_created(), module_added(1, 1)])
            .when(command.into())
            .inspect_result();
        let film = Video {
            source: VideoSource::Url { url: "https://video.example/1.mp4".to_owned() },
            duration_seconds: Some(90),
            transcript: Some("Bonjour.".to_owned()),
            thumbnail_url: Some("https://video.example/1.png".to_owned()),
        };
        let mut lesson = crate::fixtures::text_lesson(1);
        lesson.lesson_type = LessonType::Video;
        lesson.video = Some(film);
        let added = LessonAdded { course_id: course_id(), module_id: module_id(1), lesson, order: 1 };
        assert_eq!(events, Ok(vec![added.into()]));
    }

    #[test]
    fn an_upload_serves_courses_of_its_uploader() {
        let media_id = MediaId::new(Uuid::from_u128(0x3E));
        let command = |n| {
            let film = LessonVideo { source: FilmSource::Upload { media_id, owner: user_id(n) }, ..video() };
            AddLesson { lesson_type: LessonType::Video, video: Some(film), ..add(1, 1, None) }
        };
        let events = vec![course_created(), module_added(1, 1)];
        expect_error(events.clone(), command(2), MaterialError::NotTheirUpload.into());
        let decided = TestFramework::<Course>::with(()).given(events).when(command(1).into()).inspect_result().unwrap();
        let CourseEvent::LessonAdded(added) = &decided[0] else { panic!("{decided:?}") };
        let source = added.lesson.video.as_ref().map(|video| video.source.clone());
        assert_eq!(source, Some(VideoSource::Upload { media_id }));
    }

    #[test]
    fn each_type_needs_its_material() {
        let events = vec![course_created(), module_added(1, 1)];
        let bare = |lesson_type| AddLesson { lesson_type, video: None, content: None, ..add(1, 1, None) };
        expect_error(events.clone(), bare(LessonType::Video), MaterialError::MissingVideo.into());
        expect_error(events.clone(), bare(LessonType::Text), MaterialError::MissingContent.into());
        let film_for_text = AddLesson { video: Some(video()), ..bare(LessonType::Text) };
        expect_error(events.clone(), film_for_text, MaterialError::MissingContent.into());
        for lesson_type in [LessonType::Quiz, LessonType::Exercise] {
            let decided = TestFramework::<Course>::with(()).given(events.clone()).when(bare(lesson_type).into());
            assert_eq!(decided.inspect_result().map(|events| events.len()), Ok(1));
        }
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        let events = vec![course_created(), module_added(1, 1)];
        expect_error(events.clone(), add(2, 1, None), AddLessonError::UnknownModule);
        expect_error(vec![], add(1, 1, None), NotEditable::NotFound.into());
        let by = other_instructor();
        expect_error(events, AddLesson { by, ..add(1, 1, None) }, NotEditable::NotOwner.into());
    }

    #[test]
    fn the_thousandth_lesson_is_the_last_wherever_it_stands() {
        let mut events = vec![course_created(), module_added(1, 1), module_added(2, 2)];
        events.extend((1..1_000).map(|n| lesson_added(1 + n % 2, n, 1)));
        TestFramework::<Course>::with(())
            .given(events.clone())
            .when(add(1, 1_000, Some(1)).into())
            .then_expect_events(vec![lesson_added(1, 1_000, 1)]);
        events.push(lesson_added(1, 1_000, 1));
        expect_error(events, add(2, 1_001, None), AddLessonError::TooManyLessons);
    }
}
