//! Ids and events that the tests of several commands begin with.

use chrono::{DateTime, Utc};
use events::{
    CourseCreated, CourseEvent, CourseId, CoursePublished, Currency, Domain, Language, Lesson, LessonAdded, LessonId,
    LessonType, ModuleAdded, ModuleId, Money, Personal, PricingModel, Role, Timestamp, UserEvent, UserId,
    UserRegistered,
};
use uuid::Uuid;

use crate::course::Editor;

pub fn user_id(n: u128) -> UserId {
    UserId::new(Uuid::from_u128(n))
}

pub fn course_id() -> CourseId {
    CourseId::new(Uuid::from_u128(0xC0))
}

pub fn module_id(n: u128) -> ModuleId {
    ModuleId::new(Uuid::from_u128(0x1000 + n))
}

pub fn lesson_id(n: u128) -> LessonId {
    LessonId::new(Uuid::from_u128(0x2000 + n))
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::new(DateTime::<Utc>::from_timestamp(seconds, 0).unwrap())
}

pub fn registered(n: u128) -> UserEvent {
    let user_id = user_id(n);
    UserRegistered {
        user_id,
        email: Personal::new(user_id, "ada@example.org".to_owned()),
        first_name: Personal::new(user_id, "Ada".to_owned()),
        last_name: Personal::new(user_id, "Lovelace".to_owned()),
        language: Language::Fr,
        password_hash: Personal::new(user_id, "$argon2id$stored".to_owned()),
    }
    .into()
}

/// The owner of the course of [`course_created`].
pub fn owner() -> Editor {
    Editor { user_id: user_id(1), role: Role::Instructor }
}

pub fn other_instructor() -> Editor {
    Editor { user_id: user_id(2), role: Role::Instructor }
}

pub fn admin() -> Editor {
    Editor { user_id: user_id(3), role: Role::Admin }
}

pub fn course_created() -> CourseEvent {
    CourseCreated {
        course_id: course_id(),
        instructor_id: owner().user_id,
        title: "Tableaux croisés".to_owned(),
        description: "De la feuille brute au rapport.".to_owned(),
        short_description: None,
        domain: Domain::Excel,
        stack: Vec::new(),
        price: Money { minor: 4_990, currency: Currency::EUR },
        pricing_model: PricingModel::OneTime,
        keywords: Vec::new(),
        image_url: None,
        category: None,
        language: Language::Fr,
    }
    .into()
}

pub fn module_added(n: u128, order: u32) -> CourseEvent {
    ModuleAdded {
        course_id: course_id(),
        module_id: module_id(n),
        title: format!("Module {n}"),
        description: None,
        order,
    }
    .into()
}

pub fn text_lesson(n: u128) -> Lesson {
    Lesson {
        lesson_id: lesson_id(n),
        title: format!("Leçon {n}"),
        description: None,
        lesson_type: LessonType::Text,
        video: None,
        content: Some("<p>Bonjour</p>".to_owned()),
        quiz_id: None,
        preview: false,
    }
}

pub fn lesson_added(module: u128, n: u128, order: u32) -> CourseEvent {
    LessonAdded { course_id: course_id(), module_id: module_id(module), lesson: text_lesson(n), order }.into()
}

pub fn course_published() -> CourseEvent {
    CoursePublished { course_id: course_id() }.into()
}
