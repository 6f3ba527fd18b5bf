//! Answered questions: reading them, and what answers show of them.

use bson::doc;
use event_log::LogError;
use events::{CourseId, FaqId};
use mongodb::Database;
use mongodb::error::Error;
use serde::Serialize;
use utoipa::ToSchema;

use super::snapshot::{Reading, Snapshot, read_at_once};
use super::{is_false, openapi};
use crate::{Course, Faq};

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
/// [`LogError`], see [`read_at_once`].
pub async fn load_faq(database: &Database, id: FaqId) -> Result<Option<Faq>, LogError> {
    read_at_once(database, &EntryReading(id)).await
}

struct EntryReading(FaqId);

impl Reading for EntryReading {
    type Output = Option<Faq>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        snapshot.find_one(self.0).await
    }
}

/// The entries of a course, newest first, without the first `skip` and at most `limit` of them; and how many there are.
/// Both are of the same instant. None when there is no such course, or when `is_shown`, asked with it, says so.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn list_faq_if(
    database: &Database,
    id: CourseId,
    (skip, limit): (u64, u32),
    is_shown: impl Fn(&Course) -> bool + Sync,
) -> Result<Option<(Vec<Faq>, u64)>, LogError> {
    read_at_once(database, &FaqReading { id, skip, limit, is_shown }).await
}

struct FaqReading<F> {
    id: CourseId,
    skip: u64,
    limit: u32,
    is_shown: F,
}

impl<F: Fn(&Course) -> bool + Sync> Reading for FaqReading<F> {
    type Output = Option<(Vec<Faq>, u64)>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let course = snapshot.find_one::<Course>(self.id).await?;
        if !course.is_some_and(|course| (self.is_shown)(&course)) {
            return Ok(None);
        }
        let of_course = doc! { "course_id": self.id.to_string() };
        let newest = doc! { "created_at": -1, "_id": -1 };
        snapshot.page(of_course, newest, (self.skip, self.limit)).await.map(Some)
    }
}
