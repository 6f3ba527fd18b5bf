//! Reviews: reading them, and what answers show of them.

use bson::doc;
use event_log::LogError;
use events::{CourseId, ReviewId, Timestamp, UserId};
use mongodb::Database;
use mongodb::error::Error;
use serde::Serialize;
use utoipa::ToSchema;

use super::snapshot::{Reading, Snapshot, load_one, read_at_once};
use super::{is_false, openapi};
use crate::Review;

/// What a learner thinks of a course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Review)]
pub struct ReviewView {
    /// The review.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: ReviewId,
    /// Of which course.
    #[schema(schema_with = openapi::id)]
    pub course_id: CourseId,
    /// Who wrote it.
    #[schema(schema_with = openapi::id)]
    pub user_id: UserId,
    /// What they are called; null when they were erased.
    pub user_name: Option<String>,
    /// 1 to 5 stars.
    #[schema(minimum = 1, maximum = 5)]
    pub rating: u8,
    /// In their own words.
    pub comment: Option<String>,
    /// When it was first written.
    #[schema(schema_with = openapi::time)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(schema_with = openapi::time)]
    pub updated_at: Timestamp,
    /// `true` when the read side could not follow the log for this review; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl From<Review> for ReviewView {
    fn from(review: Review) -> Self {
        let Review { id, course_id, user_id, user_name, rating, comment, created_at, updated_at, stale } = review;
        Self { id, course_id, user_id, user_name, rating, comment, created_at, updated_at, stale }
    }
}

/// A review; none when it is not there (yet).
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_review(database: &Database, id: ReviewId) -> Result<Option<Review>, LogError> {
    load_one(database, id).await
}

/// Everything that somebody has written of courses, newest first.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_reviews_of(database: &Database, user_id: UserId) -> Result<Vec<Review>, LogError> {
    read_at_once(database, &OfWriter(user_id)).await
}

struct OfWriter(UserId);

impl Reading for OfWriter {
    type Output = Vec<Review>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let own = doc! { "$match": { "user_id": self.0.to_string() } };
        snapshot.aggregate(vec![own, doc! { "$sort": { "created_at": -1, "_id": -1 } }]).await
    }
}
