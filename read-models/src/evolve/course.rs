//! Courses, their modules, lessons and answered questions.

use events::{
    CourseChanged, CourseCreated, FaqAdded, FaqChanged, LessonAdded, LessonChanged, ModuleAdded, ModuleChanged,
    RecordedEvent,
};

use crate::search::CourseWords;
use crate::{Course, CoursePrice, CourseStatus, Faq, Lesson, Module, Ratings};

impl Course {
    /// A draft.
    #[must_use]
    pub fn created(recorded: &RecordedEvent, created: &CourseCreated, instructor_name: Option<String>) -> Self {
        let short_description = created.short_description.as_deref();
        Self {
            id: created.course_id,
            title: created.title.clone(),
            description: created.description.clone(),
            short_description: created.short_description.clone(),
            domain: created.domain,
            stack: created.stack.clone(),
            price: CoursePrice::new(created.price, created.pricing_model),
            instructor_id: created.instructor_id,
            instructor_name,
            status: CourseStatus::Draft,
            modules: Vec::new(),
            total_lessons: 0,
            total_duration_seconds: 0,
            enrollments_count: 0,
            average_rating: 0.0,
            reviews_count: 0,
            ratings: Ratings::default(),
            keywords: created.keywords.clone(),
            image_url: created.image_url.clone(),
            category: created.category.clone(),
            language: created.language,
            created_at: recorded.time,
            updated_at: recorded.time,
            published_at: None,
            version: recorded.version,
            search: CourseWords::new(&created.title, &created.keywords, &created.description, short_description),
            stale: false,
        }
    }

    /// Notes that an event of the course has happened.
    pub fn touch(&mut self, recorded: &RecordedEvent) {
        self.updated_at = recorded.time;
        self.version = recorded.version;
    }

    /// Describes and sells it otherwise.
    pub fn change(&mut self, changed: &CourseChanged) {
        self.title.clone_from(&changed.title);
        self.description.clone_from(&changed.description);
        self.short_description.clone_from(&changed.short_description);
        self.domain = changed.domain;
        self.stack.clone_from(&changed.stack);
        self.price = CoursePrice::new(changed.price, changed.pricing_model);
        self.keywords.clone_from(&changed.keywords);
        self.image_url.clone_from(&changed.image_url);
        self.category.clone_from(&changed.category);
        self.language = changed.language;
        let short_description = changed.short_description.as_deref();
        self.search = CourseWords::new(&changed.title, &changed.keywords, &changed.description, short_description);
    }

    /// Puts a new module into the outline.
    pub fn take_in_module(&mut self, added: &ModuleAdded) {
        insert_at(&mut self.modules, added.module_id, added.order);
    }

    /// Counts a new lesson.
    pub fn take_in_lesson(&mut self, added: &LessonAdded) {
        let seconds = added.lesson.video.as_ref().and_then(|video| video.duration_seconds).unwrap_or(0);
        self.total_lessons += 1;
        self.total_duration_seconds += u64::from(seconds);
    }

    /// Counts a lesson no more.
    pub fn take_out_lesson(&mut self, lesson: &Lesson) {
        self.total_lessons = self.total_lessons.saturating_sub(1);
        self.total_duration_seconds = self.total_duration_seconds.saturating_sub(lesson.film_seconds());
    }

    /// Counts the film of a lesson that was written anew in place of the one before.
    pub fn count_anew(&mut self, before: &Lesson, after: &Lesson) {
        let others = self.total_duration_seconds.saturating_sub(before.film_seconds());
        self.total_duration_seconds = others + after.film_seconds();
    }

    /// A learner more.
    pub const fn count_learner(&mut self) {
        self.enrollments_count += 1;
    }

    /// A learner less.
    pub const fn discount_learner(&mut self) {
        self.enrollments_count = self.enrollments_count.saturating_sub(1);
    }

    /// A review of it is another: none before it is written, none after it is removed.
    pub fn rate(&mut self, before: Option<u8>, after: Option<u8>) {
        self.ratings.replace(before, after);
        (self.average_rating, self.reviews_count) = (self.ratings.average(), self.ratings.count);
    }

    /// Puts it into the catalogue.
    pub fn publish(&mut self, recorded: &RecordedEvent) {
        self.status = CourseStatus::Published;
        self.published_at = Some(recorded.time);
    }

    /// Takes it out of the catalogue, or out of where it was put away, to be written on. When it was published last
    /// stays known.
    pub const fn withdraw(&mut self) {
        self.status = CourseStatus::Draft;
    }

    /// Puts it away.
    pub const fn archive(&mut self) {
        self.status = CourseStatus::Archived;
    }
}

impl Module {
    /// A new module.
    #[must_use]
    pub fn added(recorded: &RecordedEvent, added: &ModuleAdded) -> Self {
        Self {
            id: added.module_id,
            course_id: added.course_id,
            title: added.title.clone(),
            description: added.description.clone(),
            order: added.order,
            lessons: Vec::new(),
            created_at: recorded.time,
            stale: false,
        }
    }

    /// Describes it otherwise.
    pub fn change(&mut self, changed: &ModuleChanged) {
        self.title.clone_from(&changed.title);
        self.description.clone_from(&changed.description);
    }

    /// Puts a new lesson into the module.
    pub fn take_in_lesson(&mut self, added: &LessonAdded) {
        insert_at(&mut self.lessons, added.lesson.lesson_id, added.order);
    }
}

impl Lesson {
    /// A new lesson.
    #[must_use]
    pub fn added(recorded: &RecordedEvent, added: &LessonAdded) -> Self {
        let lesson = &added.lesson;
        Self {
            id: lesson.lesson_id,
            module_id: added.module_id,
            course_id: added.course_id,
            title: lesson.title.clone(),
            description: lesson.description.clone(),
            lesson_type: lesson.lesson_type,
            order: added.order,
            video: lesson.video.clone().map(Into::into),
            content: lesson.content.clone(),
            media_ids: lesson.uploads(),
            quiz_id: lesson.quiz_id,
            preview: lesson.preview,
            created_at: recorded.time,
            updated_at: recorded.time,
            stale: false,
        }
    }

    /// Writes it anew; where it stands stays.
    pub fn change(&mut self, recorded: &RecordedEvent, changed: &LessonChanged) {
        let lesson = &changed.lesson;
        self.title.clone_from(&lesson.title);
        self.description.clone_from(&lesson.description);
        self.lesson_type = lesson.lesson_type;
        self.video = lesson.video.clone().map(Into::into);
        self.content.clone_from(&lesson.content);
        self.media_ids = lesson.uploads();
        self.quiz_id = lesson.quiz_id;
        self.preview = lesson.preview;
        self.updated_at = recorded.time;
    }

    /// How long its film is; 0 when it has none, or nobody said.
    fn film_seconds(&self) -> u64 {
        self.video.as_ref().and_then(|video| video.duration_seconds).unwrap_or(0).into()
    }
}

impl Faq {
    /// A new answer.
    #[must_use]
    pub fn added(recorded: &RecordedEvent, added: &FaqAdded) -> Self {
        Self {
            id: added.faq_id,
            course_id: added.course_id,
            question: added.question.clone(),
            answer: added.answer.clone(),
            created_at: recorded.time,
            stale: false,
        }
    }

    /// Words it otherwise.
    pub fn change(&mut self, changed: &FaqChanged) {
        self.question.clone_from(&changed.question);
        self.answer.clone_from(&changed.answer);
    }
}

fn insert_at<T>(ids: &mut Vec<T>, id: T, order: u32) {
    let place = usize::try_from(order).unwrap_or(usize::MAX).saturating_sub(1);
    ids.insert(place.min(ids.len()), id);
}
