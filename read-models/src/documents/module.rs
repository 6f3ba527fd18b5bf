//! Collection `modules`: the modules of all courses.

use bson::doc;
use events::{CourseId, LessonId, ModuleId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The collection of modules. Written by projection `courses`.
pub const MODULES: Collection = Collection {
    name: "modules",
    schema: || {
        schema::read_document(doc! {
            "_id": schema::id(),
            "course_id": schema::id(),
            "title": schema::text(),
            "description": schema::nullable(schema::text()),
            "order": schema::count(),
            "lessons": schema::list(schema::id()),
            "created_at": schema::time(),
        })
    },
    indexes: || vec![("course_order", doc! { "course_id": 1, "order": 1 })],
};

/// A module; its lessons by id, in order.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// The module.
    #[serde(rename = "_id")]
    pub id: ModuleId,
    /// Its course.
    pub course_id: CourseId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// Its place in the course, from 1.
    pub order: u32,
    /// Its lessons, in order.
    pub lessons: Vec<LessonId>,
    /// When it was put in.
    pub created_at: Timestamp,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Module in MODULES, id);
