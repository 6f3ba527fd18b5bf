//! Collection `courses`: the catalogue, and the drafts and archived courses behind it.

use bson::doc;
use events::{CourseId, Currency, Domain, Language, ModuleId, Money, PricingModel, Timestamp, UserId, Version};
use serde::{Deserialize, Serialize};

use super::ratings::{Ratings, ratings};
use super::{is_false, read_document, status_words};
use crate::Collection;
use crate::schema;
use crate::search::CourseWords;

/// The collection of courses. Written by projection `courses`.
pub const COURSES: Collection = Collection {
    name: "courses",
    schema: || {
        let price = doc! {
            "minor": schema::count(),
            "currency": schema::one_of([Currency::EUR.code()]),
            "pricing_model": schema::one_of(PricingModel::ALL.iter().map(|word| word.as_str())),
        };
        let words = doc! {
            "title": schema::list(schema::text()),
            "keywords": schema::list(schema::text()),
            "description": schema::list(schema::text()),
            "words": schema::list(schema::text()),
        };
        schema::read_document(doc! {
            "_id": schema::id(),
            "title": schema::text(),
            "description": schema::text(),
            "short_description": schema::nullable(schema::text()),
            "domain": schema::one_of(Domain::ALL.iter().map(|word| word.as_str())),
            "stack": schema::list(schema::text()),
            "price": schema::object(price),
            "instructor_id": schema::id(),
            "instructor_name": schema::nullable(schema::text()),
            "status": schema::one_of(CourseStatus::ALL.iter().map(|word| word.as_str())),
            "modules": schema::list(schema::id()),
            "total_lessons": schema::count(),
            "total_duration_seconds": schema::count(),
            "enrollments_count": schema::count(),
            "average_rating": schema::number(),
            "reviews_count": schema::count(),
            "ratings": ratings(),
            "keywords": schema::list(schema::text()),
            "image_url": schema::nullable(schema::text()),
            "category": schema::nullable(schema::text()),
            "language": schema::one_of(Language::ALL.iter().map(|word| word.as_str())),
            "created_at": schema::time(),
            "updated_at": schema::time(),
            "published_at": schema::nullable(schema::time()),
            "version": schema::count(),
            "search": schema::object(words),
        })
    },
    indexes: || {
        vec![
            ("newest", doc! { "status": 1, "published_at": -1, "_id": -1 }),
            ("domain_newest", doc! { "status": 1, "domain": 1, "published_at": -1, "_id": -1 }),
            ("popular", doc! { "status": 1, "enrollments_count": -1, "_id": -1 }),
            ("rating", doc! { "status": 1, "average_rating": -1, "_id": -1 }),
            ("instructor", doc! { "instructor_id": 1, "created_at": -1, "_id": -1 }),
            ("orphaned", doc! { "instructor_name": 1, "status": 1 }),
            ("words", doc! { "search.words": 1 }),
        ]
    },
};

status_words! {
    /// Where a course stands.
    CourseStatus {
        /// Being written.
        Draft = "draft",
        /// In the catalogue.
        Published = "published",
        /// Out of the catalogue for good; who has access keeps it.
        Archived = "archived",
    }
}

/// A course with everything that the catalogue shows of it; modules by id, in order.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// The course.
    #[serde(rename = "_id")]
    pub id: CourseId,
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
    /// What it costs, and how it is sold.
    pub price: CoursePrice,
    /// Whose it is.
    pub instructor_id: UserId,
    /// Their name; null when they were erased.
    pub instructor_name: Option<String>,
    /// Where it stands; shown only, never decided by.
    pub status: CourseStatus,
    /// Its modules, in order.
    pub modules: Vec<ModuleId>,
    /// Lessons now.
    pub total_lessons: u32,
    /// Video seconds now; answers show hours, see [`Course::total_duration_hours`].
    pub total_duration_seconds: u64,
    /// Learners enrolled and not dropped.
    pub enrollments_count: u64,
    /// Average of the visible reviews, 2 decimals; 0 when there is none.
    pub average_rating: f64,
    /// Visible reviews.
    pub reviews_count: u64,
    /// What both are counted by.
    #[serde(default)]
    pub ratings: Ratings,
    /// Words it is found by.
    pub keywords: Vec<String>,
    /// Cover.
    pub image_url: Option<String>,
    /// Shelf in the catalogue.
    pub category: Option<String>,
    /// Language it is held in.
    pub language: Language,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it, a module or a lesson last changed.
    pub updated_at: Timestamp,
    /// When it was published last; null while it never was.
    pub published_at: Option<Timestamp>,
    /// Version of the stream `course/<id>`: the entity tag.
    pub version: Version,
    /// What searches look at.
    pub search: CourseWords,
    /// Whether events about it are parked, so that it may be behind.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
}

read_document!(Course in COURSES, id);

impl Course {
    /// Hours of video, 2 decimals, half up.
    #[must_use]
    pub fn total_duration_hours(&self) -> f64 {
        hours(self.total_duration_seconds)
    }
}

/// What a course costs, and how it is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoursePrice {
    /// Minor units of the currency.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
    /// How it is sold.
    pub pricing_model: PricingModel,
}

impl CoursePrice {
    /// This amount, sold so.
    #[must_use]
    pub const fn new(price: Money, pricing_model: PricingModel) -> Self {
        Self { minor: price.minor, currency: price.currency, pricing_model }
    }

    /// The amount by itself.
    #[must_use]
    pub const fn money(self) -> Money {
        Money { minor: self.minor, currency: self.currency }
    }

    /// Whether anybody may enroll without paying: amount 0, sold one-time.
    #[must_use]
    pub fn is_free(self) -> bool {
        self.minor == 0 && self.pricing_model == PricingModel::OneTime
    }
}

/// Seconds in hours, 2 decimals, half up: rounded in whole numbers, so that no half is lost to a double.
#[must_use]
pub fn hours(seconds: u64) -> f64 {
    let hundredths = (seconds.saturating_mul(100)).saturating_add(1_800) / 3_600;
    #[allow(clippy::cast_precision_loss)]
    let hours = hundredths as f64 / 100.0;
    hours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_round_half_up() {
        for (seconds, expected) in [(0, 0.0), (17, 0.0), (18, 0.01), (3_600, 1.0), (5_400, 1.5), (4_950, 1.38)] {
            assert!((hours(seconds) - expected).abs() < f64::EPSILON, "{seconds} s are {} h", hours(seconds));
        }
    }
}
