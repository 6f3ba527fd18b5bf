//! The documents of one course out of its stream alone.

use events::{CourseEvent, CourseId, LessonId, ModuleId, ModuleOutline, RecordedEvent, StreamEvent as _};

use crate::views::CourseDocuments;
use crate::{Course, Lesson, Module};

impl CourseDocuments {
    /// The documents of a course's whole stream. What other streams count into it (enrollments, reviews) is not known
    /// to it; neither is the name of its instructor, which the caller brings.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent], instructor_name: Option<&str>) -> Option<Self> {
        stream.iter().fold(None, |documents, recorded| match CourseEvent::of(&recorded.event) {
            Some(event) => Self::after(documents, recorded, event, instructor_name),
            None => documents,
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
                documents.module(added.module_id)?.take_in_lesson(added);
            }
            CourseEvent::CoursePublished(_) => documents.course.publish(recorded),
            CourseEvent::CourseChanged(changed) => documents.course.change(changed),
            CourseEvent::CourseUnpublished(_) | CourseEvent::CourseRestored(_) => documents.course.withdraw(),
            CourseEvent::CourseArchived(_) => documents.course.archive(),
            CourseEvent::ModuleChanged(changed) => documents.module(changed.module_id)?.change(changed),
            CourseEvent::ModuleRemoved(removed) => {
                documents.course.modules.retain(|id| *id != removed.module_id);
                documents.modules.retain(|module| module.id != removed.module_id);
                documents.take_out_lessons(&removed.lesson_ids);
            }
            CourseEvent::LessonChanged(changed) => {
                let lesson = documents.lessons.iter_mut().find(|lesson| lesson.id == changed.lesson.lesson_id)?;
                let before = lesson.clone();
                lesson.change(recorded, changed);
                documents.course.count_anew(&before, lesson);
            }
            CourseEvent::LessonRemoved(removed) => {
                documents.module(removed.module_id)?.lessons.retain(|id| *id != removed.lesson_id);
                documents.take_out_lessons(&[removed.lesson_id]);
            }
            CourseEvent::OutlineArranged(arranged) => documents.arrange(&arranged.modules),
            // They are no part of these documents.
            CourseEvent::FaqAdded(_) | CourseEvent::FaqChanged(_) | CourseEvent::FaqRemoved(_) => {}
        }
        documents.renumber();
        Some(documents)
    }

    fn module(&mut self, id: ModuleId) -> Option<&mut Module> {
        self.modules.iter_mut().find(|module| module.id == id)
    }

    fn take_out_lessons(&mut self, ids: &[LessonId]) {
        for lesson in self.lessons.extract_if(.., |lesson| ids.contains(&lesson.id)) {
            self.course.take_out_lesson(&lesson);
        }
    }

    fn arrange(&mut self, outline: &[ModuleOutline]) {
        self.course.modules = outline.iter().map(|place| place.module_id).collect();
        for place in outline {
            for lesson in self.lessons.iter_mut().filter(|lesson| place.lesson_ids.contains(&lesson.id)) {
                lesson.module_id = place.module_id;
            }
            if let Some(module) = self.module(place.module_id) {
                module.lessons.clone_from(&place.lesson_ids);
            }
        }
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
