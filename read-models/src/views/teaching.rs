//! What AI Core reads of courses: all of one at an instant, and which have moved.

use bson::doc;
use event_log::{LogError, TIME_LIMIT, within};
use events::{CourseId, UserId, Version};
use futures::TryStreamExt as _;
use mongodb::Database;
use mongodb::error::Error;
use serde::Deserialize;

use super::load::CourseDocuments;
use super::snapshot::{Reading, Snapshot, read_at_once};
use crate::{COURSES, Course, CourseStatus, Faq, Lesson, Module};

/// How far a course is, and whose it is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub struct CourseCard {
    /// The course.
    #[serde(rename = "_id")]
    pub id: CourseId,
    /// Version of its stream: what it teaches is the same while this is.
    pub version: Version,
    /// Where it stands.
    pub status: CourseStatus,
    /// Whose it is.
    pub instructor_id: UserId,
}

fn card() -> bson::Document {
    doc! { "version": 1, "status": 1, "instructor_id": 1 }
}

/// The cards of all courses.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn list_course_cards(database: &Database) -> Result<Vec<CourseCard>, LogError> {
    let courses = database.collection::<CourseCard>(COURSES.name);
    within(TIME_LIMIT, async { courses.find(doc! {}).projection(card()).await?.try_collect().await }).await
}

/// The card of one course; none when it is not there (yet).
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn load_course_card(database: &Database, id: CourseId) -> Result<Option<CourseCard>, LogError> {
    let courses = database.collection::<CourseCard>(COURSES.name);
    within(TIME_LIMIT, async { courses.find_one(doc! { "_id": id.to_string() }).projection(card()).await }).await
}

/// A course, whatever its status, with the questions that it answers, all of one instant; none when there is none.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_teaching(database: &Database, id: CourseId) -> Result<Option<(CourseDocuments, Vec<Faq>)>, LogError> {
    read_at_once(database, &TeachingReading(id)).await
}

struct TeachingReading(CourseId);

impl Reading for TeachingReading {
    type Output = Option<(CourseDocuments, Vec<Faq>)>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let Some(course) = snapshot.find_one::<Course>(self.0).await? else { return Ok(None) };
        let of_course = vec![doc! { "$match": { "course_id": self.0.to_string() } }];
        let modules = snapshot.aggregate::<Module>(of_course.clone()).await?;
        let lessons = snapshot.aggregate::<Lesson>(of_course.clone()).await?;
        let faq = snapshot.aggregate::<Faq>(of_course).await?;
        Ok(Some((CourseDocuments { course, modules, lessons }, faq)))
    }
}
