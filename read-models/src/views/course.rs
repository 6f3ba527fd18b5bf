//! A course in answers.

use std::collections::HashMap;

use events::{CourseId, Domain, Language, LessonId, MediaId, ModuleId, PricingModel, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::is_false;
use super::load::CourseDocuments;
use super::openapi;
use super::outline::{Audience, LessonView, ModuleView};
use crate::{Course, CoursePrice, CourseStatus, Lesson, Module, MoneyView};

/// What a course costs, and how it is sold.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Price)]
pub struct PriceView {
    /// In euros, at most 2 decimals.
    pub amount: f64,
    /// ISO 4217.
    #[schema(schema_with = openapi::currency)]
    pub currency: String,
    /// How it is sold.
    #[schema(schema_with = openapi::pricing_model)]
    pub pricing_model: PricingModel,
}

impl From<CoursePrice> for PriceView {
    fn from(price: CoursePrice) -> Self {
        let MoneyView { amount, currency } = price.money().into();
        Self { amount, currency, pricing_model: price.pricing_model }
    }
}

/// What is shown of a course wherever it is shown. Not `Debug`: it names a person.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct CourseFacts {
    /// The course.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: CourseId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Description in a line or two.
    pub short_description: Option<String>,
    /// What it is about.
    #[schema(schema_with = openapi::domain)]
    pub domain: Domain,
    /// Tools and packages it uses.
    pub stack: Vec<String>,
    /// What it costs.
    pub price: PriceView,
    /// Whose it is.
    #[schema(schema_with = openapi::id)]
    pub instructor_id: UserId,
    /// Their name; null when they were erased.
    pub instructor_name: Option<String>,
    /// Where it stands.
    #[schema(schema_with = openapi::course_status)]
    pub status: CourseStatus,
    /// Lessons now.
    pub total_lessons: u32,
    /// Hours of video, 2 decimals.
    pub total_duration_hours: f64,
    /// Learners enrolled and not dropped.
    pub enrollments_count: u64,
    /// Average of the visible reviews, 2 decimals; 0 when there is none.
    pub average_rating: f64,
    /// Visible reviews.
    pub reviews_count: u64,
    /// Words it is found by.
    pub keywords: Vec<String>,
    /// Cover.
    pub image_url: Option<String>,
    /// Shelf in the catalogue.
    pub category: Option<String>,
    /// Language it is held in.
    #[schema(schema_with = openapi::language)]
    pub language: Language,
    /// When it was begun.
    #[schema(schema_with = openapi::time)]
    pub created_at: Timestamp,
    /// When it, a module or a lesson last changed.
    #[schema(schema_with = openapi::time)]
    pub updated_at: Timestamp,
    /// When it was published last; null while it never was.
    #[schema(schema_with = openapi::nullable_time)]
    pub published_at: Option<Timestamp>,
    /// `true` when the read side could not follow the log for this course; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl From<Course> for CourseFacts {
    fn from(course: Course) -> Self {
        Self {
            total_duration_hours: course.total_duration_hours(),
            id: course.id,
            title: course.title,
            description: course.description,
            short_description: course.short_description,
            domain: course.domain,
            stack: course.stack,
            price: course.price.into(),
            instructor_id: course.instructor_id,
            instructor_name: course.instructor_name,
            status: course.status,
            total_lessons: course.total_lessons,
            enrollments_count: course.enrollments_count,
            average_rating: course.average_rating,
            reviews_count: course.reviews_count,
            keywords: course.keywords,
            image_url: course.image_url,
            category: course.category,
            language: course.language,
            created_at: course.created_at,
            updated_at: course.updated_at,
            published_at: course.published_at,
            stale: course.stale,
        }
    }
}

/// A course in a list: its modules as ids, in order.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct CourseListItem {
    /// Everything else.
    #[serde(flatten)]
    pub facts: CourseFacts,
    /// Its modules.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub modules: Vec<ModuleId>,
}

impl From<Course> for CourseListItem {
    fn from(mut course: Course) -> Self {
        Self { modules: std::mem::take(&mut course.modules), facts: course.into() }
    }
}

/// A course by itself: its modules and their lessons, in order.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Course)]
pub struct CourseView {
    /// Everything else.
    #[serde(flatten)]
    pub facts: CourseFacts,
    /// Its modules.
    pub modules: Vec<ModuleView>,
}

impl CourseView {
    /// Shows films that were uploaded at the addresses which `link` gives them.
    #[must_use]
    pub fn with_films(mut self, link: impl Fn(MediaId) -> String) -> Self {
        self.modules = self.modules.into_iter().map(|module| module.with_films(&link)).collect();
        self
    }

    /// What this audience sees of a course. The order is the one that the documents give; a document that is not
    /// there, because it could not follow the log, is left out.
    #[must_use]
    pub fn new(documents: CourseDocuments, audience: Audience) -> Self {
        let CourseDocuments { mut course, modules, lessons } = documents;
        let mut modules: HashMap<ModuleId, Module> = modules.into_iter().map(|module| (module.id, module)).collect();
        let mut lessons: HashMap<LessonId, Lesson> = lessons.into_iter().map(|lesson| (lesson.id, lesson)).collect();
        let in_order = std::mem::take(&mut course.modules);
        let modules = in_order.into_iter().filter_map(|id| {
            let mut module = modules.remove(&id)?;
            let in_order = std::mem::take(&mut module.lessons);
            let own = in_order.into_iter().filter_map(|id| lessons.remove(&id));
            let shown = own.map(|lesson| LessonView::new(lesson, audience)).collect();
            Some(ModuleView::new(module, shown))
        });
        Self { modules: modules.collect(), facts: course.into() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn id(number: u32) -> String {
        format!("0190a5b0-0000-7000-8000-{number:012}")
    }

    const TIME: &str = "2026-01-31T08:30:00.000Z";

    fn course() -> Course {
        let document = json!({
            "_id": id(1), "title": "Excel", "description": "Tableaux", "short_description": null, "domain": "Excel",
            "stack": ["Excel"], "price": { "minor": 4990, "currency": "EUR", "pricing_model": "one-time" },
            "instructor_id": id(9), "instructor_name": "Ada Lovelace", "status": "published",
            "modules": [id(12), id(11)], "total_lessons": 3, "total_duration_seconds": 5400, "enrollments_count": 0,
            "average_rating": 0.0, "reviews_count": 0, "keywords": [], "image_url": null, "category": null,
            "language": "fr", "created_at": TIME, "updated_at": TIME, "published_at": TIME, "version": 5,
            "search": { "title": ["hidden"], "keywords": [], "description": [], "words": ["hidden"] },
        });
        serde_json::from_value(document).unwrap()
    }

    fn module(number: u32, lessons: &[u32]) -> Module {
        let lessons: Vec<String> = lessons.iter().copied().map(id).collect();
        let document = json!({
            "_id": id(number), "course_id": id(1), "title": format!("Module {number}"), "description": null,
            "order": 1, "lessons": lessons, "created_at": TIME,
        });
        serde_json::from_value(document).unwrap()
    }

    fn lesson(number: u32, module: u32) -> Lesson {
        let document = json!({
            "_id": id(number), "module_id": id(module), "course_id": id(1), "title": format!("Lesson {number}"),
            "description": null, "type": "text", "order": 1, "video": null, "content": "<p>secret</p>",
            "quiz_id": null, "preview": false, "created_at": TIME, "updated_at": TIME,
        });
        serde_json::from_value(document).unwrap()
    }

    fn outline(course: &Value) -> Vec<(String, Vec<String>)> {
        let title = |value: &Value| value["title"].as_str().unwrap().to_owned();
        let modules = course["modules"].as_array().unwrap().iter();
        modules
            .map(|module| (title(module), module["lessons"].as_array().unwrap().iter().map(title).collect()))
            .collect()
    }

    #[test]
    fn modules_and_lessons_stand_in_the_order_of_their_lists() {
        let documents = CourseDocuments {
            course: course(),
            modules: vec![module(11, &[22, 21]), module(12, &[23]), module(13, &[])],
            lessons: vec![lesson(21, 11), lesson(23, 12), lesson(22, 11)],
        };
        let shown = serde_json::to_value(CourseView::new(documents, Audience::Everyone)).unwrap();
        let lessons = |titles: &[&str]| titles.iter().map(|title| (*title).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            outline(&shown),
            [
                ("Module 12".to_owned(), lessons(&["Lesson 23"])),
                ("Module 11".to_owned(), lessons(&["Lesson 22", "Lesson 21"])),
            ]
        );
        assert!(!shown.to_string().contains("secret"), "{shown}");
        assert!(!shown.to_string().contains("hidden"), "{shown}");
        assert_eq!(shown["total_duration_hours"], 1.5);
    }

    #[test]
    fn a_list_shows_the_fields_of_the_contract_and_modules_as_ids() {
        assert_eq!(
            serde_json::to_value(CourseListItem::from(course())).unwrap(),
            json!({
                "_id": id(1), "title": "Excel", "description": "Tableaux", "short_description": null,
                "domain": "Excel", "stack": ["Excel"],
                "price": { "amount": 49.9, "currency": "EUR", "pricing_model": "one-time" },
                "instructor_id": id(9), "instructor_name": "Ada Lovelace", "status": "published",
                "modules": [id(12), id(11)], "total_lessons": 3, "total_duration_hours": 1.5,
                "enrollments_count": 0, "average_rating": 0.0, "reviews_count": 0, "keywords": [],
                "image_url": null, "category": null, "language": "fr", "created_at": TIME, "updated_at": TIME,
                "published_at": TIME,
            })
        );
    }

    #[test]
    fn a_document_that_is_behind_says_so_and_no_other() {
        let documents = CourseDocuments {
            course: Course { stale: true, ..course() },
            modules: vec![module(11, &[]), Module { stale: true, ..module(12, &[]) }],
            lessons: Vec::new(),
        };
        let shown = serde_json::to_value(CourseView::new(documents, Audience::Owner)).unwrap();
        assert_eq!((&shown["stale"], &shown["modules"][0]["stale"]), (&json!(true), &json!(true)));
        assert_eq!(shown["modules"][1].get("stale"), None);
    }
}
