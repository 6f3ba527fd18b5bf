//! The outline of a course: modules in order, each with its lessons in order.

use std::{collections::BTreeMap, sync::Arc};

use events::{Lesson, LessonAdded, LessonId, ModuleAdded, ModuleChanged, ModuleId, ModuleOutline, QuizId};
use serde::{Deserialize, Serialize};

use super::CourseDetails;

/// A module of a course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// The module.
    pub module_id: ModuleId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// The lessons, in order. Shared, because each decision runs on a clone and lessons may be long.
    pub lessons: Vec<Arc<Lesson>>,
}

impl CourseDetails {
    /// The module of that id.
    #[must_use]
    pub fn module(&self, id: ModuleId) -> Option<&Module> {
        self.modules.iter().find(|module| module.module_id == id)
    }

    /// The lesson of that id, with the module it is in.
    #[must_use]
    pub fn lesson(&self, id: LessonId) -> Option<(&Module, &Lesson)> {
        self.modules.iter().find_map(|module| {
            let lesson = module.lessons.iter().find(|lesson| lesson.lesson_id == id)?;
            Some((module, lesson.as_ref()))
        })
    }

    /// The lessons that a quiz goes with, in order.
    pub fn lessons_with(&self, quiz_id: QuizId) -> impl Iterator<Item = &Lesson> {
        let lessons = self.modules.iter().flat_map(|module| &module.lessons).map(AsRef::as_ref);
        lessons.filter(move |lesson: &&Lesson| lesson.quiz_id == Some(quiz_id))
    }

    /// Whether a quiz goes with a lesson that anybody may see before buying.
    #[must_use]
    pub fn previews_quiz(&self, quiz_id: QuizId) -> bool {
        self.lessons_with(quiz_id).any(|lesson| lesson.preview)
    }

    /// How many lessons there are, over all modules.
    #[must_use]
    pub fn lesson_count(&self) -> usize {
        self.modules.iter().map(|module| module.lessons.len()).sum()
    }

    /// The lessons there are, over all modules, in order.
    pub fn lesson_ids(&self) -> impl Iterator<Item = LessonId> {
        self.modules.iter().flat_map(|module| &module.lessons).map(|lesson| lesson.lesson_id)
    }

    /// The order of everything.
    #[must_use]
    pub fn outline(&self) -> Vec<ModuleOutline> {
        let of_module = |module: &Module| ModuleOutline {
            module_id: module.module_id,
            lesson_ids: module.lessons.iter().map(|lesson| lesson.lesson_id).collect(),
        };
        self.modules.iter().map(of_module).collect()
    }

    pub(super) fn put_module(&mut self, event: &ModuleAdded) {
        let module = Module {
            module_id: event.module_id,
            title: event.title.clone(),
            description: event.description.clone(),
            lessons: Vec::new(),
        };
        insert_at(&mut self.modules, event.order, module);
    }

    pub(super) fn change_module_to(&mut self, event: &ModuleChanged) {
        if let Some(module) = self.modules.iter_mut().find(|module| module.module_id == event.module_id) {
            module.title.clone_from(&event.title);
            module.description.clone_from(&event.description);
        }
    }

    pub(super) fn take_module(&mut self, id: ModuleId) {
        self.modules.retain(|module| module.module_id != id);
    }

    pub(super) fn put_lesson(&mut self, event: &LessonAdded) {
        if let Some(module) = self.modules.iter_mut().find(|module| module.module_id == event.module_id) {
            insert_at(&mut module.lessons, event.order, Arc::new(event.lesson.clone()));
        }
    }

    pub(super) fn change_lesson_to(&mut self, new: &Lesson) {
        let mut lessons = self.modules.iter_mut().flat_map(|module| &mut module.lessons);
        if let Some(lesson) = lessons.find(|lesson| lesson.lesson_id == new.lesson_id) {
            *lesson = Arc::new(new.clone());
        }
    }

    pub(super) fn take_lesson(&mut self, id: LessonId) {
        for module in &mut self.modules {
            module.lessons.retain(|lesson| lesson.lesson_id != id);
        }
    }

    /// Folding can't fail: what the event names and is not there is left out, as no decision does.
    pub(super) fn arrange(&mut self, outline: &[ModuleOutline]) {
        let mut modules: BTreeMap<ModuleId, Module> =
            std::mem::take(&mut self.modules).into_iter().map(|module| (module.module_id, module)).collect();
        let lessons: BTreeMap<LessonId, Arc<Lesson>> = modules
            .values_mut()
            .flat_map(|module| std::mem::take(&mut module.lessons))
            .map(|lesson| (lesson.lesson_id, lesson))
            .collect();
        let arranged = outline.iter().filter_map(|place| {
            let module = modules.remove(&place.module_id)?;
            let lessons = place.lesson_ids.iter().filter_map(|id| lessons.get(id).cloned()).collect();
            Some(Module { lessons, ..module })
        });
        self.modules = arranged.collect();
    }
}

/// Inserts at a place counted from 1; those from there on move by one. Folding can't fail, so that a place which no
/// decision gives means the end.
fn insert_at<T>(list: &mut Vec<T>, order: u32, item: T) {
    let index = usize::try_from(order).unwrap_or(usize::MAX).saturating_sub(1).min(list.len());
    list.insert(index, item);
}
