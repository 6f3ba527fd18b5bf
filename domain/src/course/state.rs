//! What is known of a course.

use std::sync::Arc;

use events::{
    CourseChanged, CourseCreated, CourseEvent, CourseId, Domain, FaqAdded, FaqChanged, FaqId, Fold, Language, Money,
    PricingModel, UserId,
};
use serde::{Deserialize, Serialize};

use super::Module;

/// How many modules a course may have.
pub const MAX_MODULES: usize = 200;

/// How many lessons a course may have, over all its modules.
pub const MAX_LESSONS: usize = 1_000;

/// How many questions a course's page may answer.
pub const MAX_FAQ: usize = 200;

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
    /// What is answered for everyone, in order. Shared, as lessons are.
    pub faq: Vec<Arc<FaqEntry>>,
}

/// A question that is answered for everyone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaqEntry {
    /// The entry.
    pub faq_id: FaqId,
    /// Question.
    pub question: String,
    /// Answer.
    pub answer: String,
}

/// How far a course has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CourseStatus {
    /// Being written: seen by its owner and the admins.
    Draft,
    /// In the catalogue.
    Published,
    /// Out of the catalogue and not sold; who has access keeps it.
    Archived,
}

impl CourseStatus {
    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }
}

impl CourseDetails {
    /// The entry of that id.
    #[must_use]
    pub fn faq_entry(&self, id: FaqId) -> Option<&FaqEntry> {
        self.faq.iter().map(Arc::as_ref).find(|entry| entry.faq_id == id)
    }

    /// Whether it costs nothing and is kept for good.
    #[must_use]
    pub const fn is_free(&self) -> bool {
        self.price.minor == 0 && matches!(self.pricing_model, PricingModel::OneTime)
    }

    fn created(event: &CourseCreated) -> Self {
        Self {
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
            faq: Vec::new(),
        }
    }

    fn change(&mut self, event: &CourseChanged) {
        self.title.clone_from(&event.title);
        self.description.clone_from(&event.description);
        self.short_description.clone_from(&event.short_description);
        self.domain = event.domain;
        self.stack.clone_from(&event.stack);
        self.price = event.price;
        self.pricing_model = event.pricing_model;
        self.keywords.clone_from(&event.keywords);
        self.image_url.clone_from(&event.image_url);
        self.category.clone_from(&event.category);
        self.language = event.language;
    }

    fn take_in(&mut self, event: &CourseEvent) {
        match event {
            CourseEvent::CourseCreated(event) => *self = Self::created(event),
            CourseEvent::CourseChanged(event) => self.change(event),
            CourseEvent::CoursePublished(_) => self.status = CourseStatus::Published,
            CourseEvent::CourseArchived(_) => self.status = CourseStatus::Archived,
            CourseEvent::CourseUnpublished(_) | CourseEvent::CourseRestored(_) => self.status = CourseStatus::Draft,
            CourseEvent::ModuleAdded(event) => self.put_module(event),
            CourseEvent::ModuleChanged(event) => self.change_module_to(event),
            CourseEvent::ModuleRemoved(event) => self.take_module(event.module_id),
            CourseEvent::LessonAdded(event) => self.put_lesson(event),
            CourseEvent::LessonChanged(event) => self.change_lesson_to(&event.lesson),
            CourseEvent::LessonRemoved(event) => self.take_lesson(event.lesson_id),
            CourseEvent::OutlineArranged(event) => self.arrange(&event.modules),
            CourseEvent::FaqAdded(FaqAdded { faq_id, question, answer, .. })
            | CourseEvent::FaqChanged(FaqChanged { faq_id, question, answer, .. }) => {
                self.put_faq(FaqEntry { faq_id: *faq_id, question: question.clone(), answer: answer.clone() });
            }
            CourseEvent::FaqRemoved(event) => self.faq.retain(|entry| entry.faq_id != event.faq_id),
        }
    }

    /// In the place of the entry of the same id; at the end when there is none.
    fn put_faq(&mut self, entry: FaqEntry) {
        match self.faq.iter_mut().find(|known| known.faq_id == entry.faq_id) {
            Some(known) => *known = Arc::new(entry),
            None => self.faq.push(Arc::new(entry)),
        }
    }
}

impl Fold for Course {
    type Event = CourseEvent;

    fn apply(&mut self, event: &CourseEvent) {
        match &mut self.details {
            Some(details) => details.take_in(event),
            // No decision writes another event before the first.
            None => {
                if let CourseEvent::CourseCreated(event) = event {
                    self.details = Some(CourseDetails::created(event));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{
        course_archived, course_created, course_published, faq_added, lesson_added, lesson_id, module_added, module_id,
    };

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
        let begun = [course_created(), module_added(1, 1), lesson_added(1, 1, 1), faq_added(1)];
        let course = fold(&[&begun[..], &[course_published(), course_archived()]].concat());
        let snapshot = serde_json::to_value(&course).unwrap();
        assert_eq!(snapshot["details"]["status"], CourseStatus::Archived.as_str());
        assert_eq!(snapshot["details"]["faq"][0]["answer"], "Réponse 1.");
        assert_eq!(serde_json::from_value::<Course>(snapshot).unwrap(), course);
    }
}
