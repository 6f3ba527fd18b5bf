//! Collection `user_ratings`: the stars that a course was given, one document for each review. Private to projection
//! `users`, which counts the stars of a teacher by it and may not read the collections of projection `courses`.

use bson::doc;
use events::ReviewId;
use serde::{Deserialize, Serialize};

use super::{is_false, read_document};
use crate::Collection;
use crate::schema;

/// The lookup of stars. Written and read by projection `users` only.
pub const USER_RATINGS: Collection = Collection {
    name: "user_ratings",
    schema: || schema::read_document(doc! { "_id": schema::id(), "rating": schema::count() }),
    indexes: Vec::new,
};

/// What projection `users` keeps of a review.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct UserRating {
    /// The review.
    #[serde(rename = "_id")]
    pub id: ReviewId,
    /// 1 to 5 stars.
    pub rating: u8,
    /// Whether events about it are parked.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(UserRating in USER_RATINGS, id);
