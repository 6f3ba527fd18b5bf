//! Courses, their modules and lessons.

use events::{CourseChanged, CourseCreated, CourseEvent, CourseId, Event, LessonAdded, ModuleAdded, RecordedEvent};

use crate::search::CourseWords;
use crate::views::CourseDocuments;
use crate::{Course, CoursePrice, CourseStatus, Lesson, Module};

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

    /// Describes, or sells, it otherwise.
    pub fn change(&mut self, changed: &CourseChanged) {
        let short_description = changed.short_description.as_deref();
        self.search = CourseWords::new(&changed.title, &changed.keywords, &changed.description, short_description);
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
            quiz_id: lesson.quiz_id,
            preview: lesson.preview,
            created_at: recorded.time,
            updated_at: recorded.time,
            stale: false,
        }
    }
}

impl CourseDocuments {
    /// The documents of a course's whole stream. What other streams count into it (enrollments, reviews) is not known
    /// to it; neither is the name of its instructor, which the caller brings.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent], instructor_name: Option<&str>) -> Option<Self> {
        stream.iter().fold(None, |documents, recorded| match &recorded.event {
            Event::Course(event) => Self::after(documents, recorded, event, instructor_name),
            Event::User(_)
            | Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_) => documents,
        })
    }

    fn after(
        before: Option<Self>,
        recorded: &RecordedEvent,
        event: &CourseEvent,
        instructor_name: Option<&str>,
    ) -> Option<Self> {
        if let CourseEvent::CourseCreated(created) = event {
            let course = Course::created(recorded, created, instructor_name.map(str::to_owned));
            return Some(Self { course, modules: Vec::new(), lessons: Vec::new() });
        }
        let mut documents = before?;
        documents.course.touch(recorded);
        match event {
            CourseEvent::CourseCreated(_) => {}
            CourseEvent::ModuleAdded(added) => {
                documents.course.take_in_module(added);
                documents.modules.push(Module::added(recorded, added));
            }
            CourseEvent::LessonAdded(added) => {
                documents.course.take_in_lesson(added);
                documents.lessons.push(Lesson::added(recorded, added));
                let module = documents.modules.iter_mut().find(|module| module.id == added.module_id)?;
                module.take_in_lesson(added);
            }
            CourseEvent::CoursePublished(_) => documents.course.publish(recorded),
            CourseEvent::CourseChanged(changed) => documents.course.change(changed),
            CourseEvent::CourseUnpublished(_) | CourseEvent::CourseRestored(_) => documents.course.withdraw(),
            CourseEvent::CourseArchived(_) => documents.course.archive(),
            CourseEvent::ModuleChanged(_)
            | CourseEvent::ModuleRemoved(_)
            | CourseEvent::LessonChanged(_)
            | CourseEvent::LessonRemoved(_)
            | CourseEvent::OutlineArranged(_)
            | CourseEvent::FaqAdded(_)
            | CourseEvent::FaqChanged(_)
            | CourseEvent::FaqRemoved(_) => {}
        }
        documents.renumber();
        Some(documents)
    }

    /// `order` is the place in the outline.
    fn renumber(&mut self) {
        for module in &mut self.modules {
            module.order = place_of(&self.course.modules, &module.id);
            for lesson in self.lessons.iter_mut().filter(|lesson| lesson.module_id == module.id) {
                lesson.order = place_of(&module.lessons, &lesson.id);
            }
        }
    }

    /// The course that they are of.
    #[must_use]
    pub const fn id(&self) -> CourseId {
        self.course.id
    }
}

fn place_of<T: PartialEq>(ids: &[T], id: &T) -> u32 {
    ids.iter().position(|other| other == id).and_then(|index| u32::try_from(index + 1).ok()).unwrap_or(0)
}

fn insert_at<T>(ids: &mut Vec<T>, id: T, order: u32) {
    let place = usize::try_from(order).unwrap_or(usize::MAX).saturating_sub(1);
    ids.insert(place.min(ids.len()), id);
}
