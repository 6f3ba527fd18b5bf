//! Answered questions: reading them, and what answers show of them.

use event_log::LogError;
use events::{CourseId, FaqId};
use mongodb::Database;
use serde::Serialize;
use utoipa::ToSchema;

use super::snapshot::load_one;
use super::{is_false, openapi};
use crate::Faq;

/// A question that is answered on a course's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Faq)]
pub struct FaqView {
    /// The entry.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: FaqId,
    /// Its course.
    #[schema(schema_with = openapi::id)]
    pub course_id: CourseId,
    /// Question.
    pub question: String,
    /// Answer.
    pub answer: String,
    /// `true` when the read side could not follow the log for this entry; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl From<Faq> for FaqView {
    fn from(entry: Faq) -> Self {
        let Faq { id, course_id, question, answer, stale, .. } = entry;
        Self { id, course_id, question, answer, stale }
    }
}

/// An entry; none when it is not there (yet).
///
/// # Errors
/// [`LogError`], see [`super::read_at_once`].
pub async fn load_faq(database: &Database, id: FaqId) -> Result<Option<Faq>, LogError> {
    load_one(database, id).await
}
