//! What uploads are used for: found here, and judged by the log.

use bson::{Document, doc};
use event_log::{LogError, TIME_LIMIT, within};
use events::{CourseId, LessonId, MediaId, UserId};
use futures::TryStreamExt as _;
use mongodb::Database;
use serde::Deserialize;

use crate::{COURSES, LESSONS};

/// Lessons, and courses of one owner, that are looked at at most: nobody uses one upload more often.
const MOST: i64 = 100;

/// The lessons of its owner's courses that show an upload or link to it, each with its course. In courses of others it
/// may be named as often as they like.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn lessons_with_upload(
    database: &Database,
    owner: UserId,
    id: MediaId,
) -> Result<Vec<(CourseId, LessonId)>, LogError> {
    #[derive(Deserialize)]
    struct Place {
        #[serde(rename = "_id")]
        id: LessonId,
        course_id: CourseId,
    }
    let lessons = database.collection::<Place>(LESSONS.name);
    let courses = database.collection::<Document>(COURSES.name);
    let found: Vec<Place> = within(TIME_LIMIT, async {
        let theirs = courses.distinct("_id", doc! { "instructor_id": owner.to_string() }).await?;
        let with_it = lessons.find(doc! { "media_ids": id.to_string(), "course_id": { "$in": theirs } });
        with_it.projection(doc! { "course_id": 1 }).limit(MOST).await?.try_collect().await
    })
    .await?;
    Ok(found.into_iter().map(|place| (place.course_id, place.id)).collect())
}

/// The courses of somebody that have this picture on their cover.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn courses_pictured(database: &Database, owner: UserId, url: &str) -> Result<Vec<CourseId>, LogError> {
    #[derive(Deserialize)]
    struct Place {
        #[serde(rename = "_id")]
        id: CourseId,
    }
    let courses = database.collection::<Place>(COURSES.name);
    let found: Vec<Place> = within(TIME_LIMIT, async {
        let of_owner = courses.find(doc! { "instructor_id": owner.to_string(), "image_url": url });
        of_owner.projection(doc! { "_id": 1 }).limit(MOST).await?.try_collect().await
    })
    .await?;
    Ok(found.into_iter().map(|place| place.id).collect())
}
