//! What is known of a course.

use std::sync::Arc;

use events::{
    CourseEvent, CourseId, Domain, Fold, Language, Lesson, LessonAdded, LessonId, ModuleAdded, ModuleId, Money,
    PricingModel, UserId,
};
use serde::{Deserialize, Serialize};

/// How many modules a course may have.
pub const MAX_MODULES: usize = 200;

/// How many lessons a course may have, over all its modules.
pub const MAX_LESSONS: usize = 1_000;

/// Fold of the stream `course/<course id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The course; none until it was created.
    pub details: Option<CourseDetails>,
}

/// A course that exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseDetails {
    /// The course.
    pub course_id: CourseId,
    /// Whose it is.
    pub instructor_id: UserId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Description in a line or two.
    pub short_description: Option<String>,
    /// What it is about.
    pub domain: Domain,
    /// Tools and packages it uses.
    pub stack: Vec<String>,
    /// What it costs.
    pub price: Money,
    /// How it is sold.
    pub pricing_model: PricingModel,
    /// Words it is found by.
    pub keywords: Vec<String>,
    /// Cover.
    pub image_url: Option<String>,
    /// Shelf in the catalogue.
    pub category: Option<String>,
    /// Language it is held in.
    pub language: Language,
    /// Who may see it.
    pub status: CourseStatus,
    /// The modules, in order.
    pub modules: Vec<Module>,
}

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

/// How far a course has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CourseStatus {
    /// Being written: seen by its owner and the admins.
    Draft,
    /// In the catalogue.
    Published,
}

impl CourseStatus {
    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
        }
    }
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

    /// How many lessons there are, over all modules.
    #[must_use]
    pub fn lesson_count(&self) -> usize {
        self.modules.iter().map(|module| module.lessons.len()).sum()
    }

    fn take_in_module(&mut self, event: &ModuleAdded) {
        let module = Module {
            module_id: event.module_id,
            title: event.title.clone(),
            description: event.description.clone(),
            lessons: Vec::new(),
        };
        insert_at(&mut self.modules, event.order, module);
    }

    fn take_in_lesson(&mut self, event: &LessonAdded) {
        if let Some(module) = self.modules.iter_mut().find(|module| module.module_id == event.module_id) {
            insert_at(&mut module.lessons, event.order, Arc::new(event.lesson.clone()));
        }
    }
}

/// Inserts at a place counted from 1; those from there on move by one. Folding can't fail, so that a place which no
/// decision gives means the end.
fn insert_at<T>(list: &mut Vec<T>, order: u32, item: T) {
    let index = usize::try_from(order).unwrap_or(usize::MAX).saturating_sub(1).min(list.len());
    list.insert(index, item);
}

impl Fold for Course {
    type Event = CourseEvent;

    fn apply(&mut self, event: &CourseEvent) {
        match (event, &mut self.details) {
            (CourseEvent::CourseCreated(event), details) => {
                *details = Some(CourseDetails {
                    course_id: event.course_id,
                    instructor_id: event.instructor_id,
                    title: event.title.clone(),
                    description: event.description.clone(),
                    short_description: event.short_description.clone(),
                    domain: event.domain,
                    stack: event.stack.clone(),
                    price: event.price,
                    pricing_model: event.pricing_model,
                    keywords: event.keywords.clone(),
                    image_url: event.image_url.clone(),
                    category: event.category.clone(),
                    language: event.language,
                    status: CourseStatus::Draft,
                    modules: Vec::new(),
                });
            }
            (CourseEvent::ModuleAdded(event), Some(details)) => details.take_in_module(event),
            (CourseEvent::LessonAdded(event), Some(details)) => details.take_in_lesson(event),
            (CourseEvent::CoursePublished(_), Some(details)) => details.status = CourseStatus::Published,
            // No decision writes these before the first event.
            (CourseEvent::ModuleAdded(_) | CourseEvent::LessonAdded(_) | CourseEvent::CoursePublished(_), None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{course_created, course_published, lesson_added, lesson_id, module_added, module_id};

    fn fold(events: &[CourseEvent]) -> Course {
        let mut course = Course::default();
        events.iter().for_each(|event| course.apply(event));
        course
    }

    #[test]
    fn modules_and_lessons_stand_where_they_were_put() {
        let details = fold(&[
            course_created(),
            module_added(1, 1),
            module_added(2, 1),
            lesson_added(1, 1, 1),
            lesson_added(1, 2, 1),
            lesson_added(2, 3, 1),
        ])
        .details
        .unwrap();
        let outline: Vec<_> = details
            .modules
            .iter()
            .map(|module| (module.module_id, module.lessons.iter().map(|lesson| lesson.lesson_id).collect()))
            .collect();
        let expected: Vec<(_, Vec<_>)> =
            vec![(module_id(2), vec![lesson_id(3)]), (module_id(1), vec![lesson_id(2), lesson_id(1)])];
        assert_eq!(outline, expected);
        assert_eq!(details.lesson_count(), 3);
        assert_eq!(details.module(module_id(1)).map(|module| module.lessons.len()), Some(2));
        let (module, lesson) = details.lesson(lesson_id(3)).unwrap();
        assert_eq!((module.module_id, lesson.lesson_id), (module_id(2), lesson_id(3)));
        assert!(details.lesson(lesson_id(4)).is_none());
    }

    #[test]
    fn a_state_comes_back_from_a_snapshot_as_it_was() {
        let course = fold(&[course_created(), module_added(1, 1), lesson_added(1, 1, 1), course_published()]);
        let snapshot = serde_json::to_value(&course).unwrap();
        assert_eq!(snapshot["details"]["status"], CourseStatus::Published.as_str());
        assert_eq!(serde_json::from_value::<Course>(snapshot).unwrap(), course);
    }
}
