//! What AI Core reads of learners: who took what, as ids.

use std::collections::HashMap;

use bson::{Bson, Document, doc};
use event_log::{LogError, TIME_LIMIT, within};
use events::{CourseId, UserId};
use futures::TryStreamExt as _;
use mongodb::Database;
use serde::Deserialize;

use crate::{COURSES, Course, CourseStatus, ENROLLMENTS, EnrollmentStatus, GRANTS};

/// Reading all enrollments takes its time; in the background only.
const ALL_LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// That somebody took a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct TakenCourse {
    /// Who.
    pub user_id: UserId,
    /// Which.
    pub course_id: CourseId,
    /// How far they are.
    pub status: EnrollmentStatus,
}

fn taken() -> Document {
    doc! { "_id": 0, "user_id": 1, "course_id": 1, "status": 1 }
}

/// Who took what.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn load_histories(database: &Database) -> Result<HashMap<UserId, Vec<TakenCourse>>, LogError> {
    let enrollments = database.collection::<TakenCourse>(ENROLLMENTS.name);
    within(ALL_LIMIT, async {
        let mut histories: HashMap<UserId, Vec<TakenCourse>> = HashMap::new();
        let mut found = enrollments.find(doc! {}).projection(taken()).sort(doc! { "_id": 1 }).await?;
        while let Some(taken) = found.try_next().await? {
            histories.entry(taken.user_id).or_default().push(taken);
        }
        Ok(histories)
    })
    .await
}

/// A number that moves whenever an enrollment does.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn enrollments_moved(database: &Database) -> Result<i64, LogError> {
    let enrollments = database.collection::<Document>(ENROLLMENTS.name);
    let sum = doc! { "$group": { "_id": Bson::Null, "sum": { "$sum": "$version" } } };
    within(ALL_LIMIT, async {
        let found: Option<Document> = enrollments.aggregate(vec![sum]).await?.try_next().await?;
        let number = |found: Document| match found.get("sum") {
            Some(Bson::Int64(sum)) => *sum,
            Some(Bson::Int32(sum)) => i64::from(*sum),
            _ => 0,
        };
        Ok(found.map_or(0, number))
    })
    .await
}

/// What somebody took, and what opens to them or did.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn load_history(database: &Database, user: UserId) -> Result<(Vec<TakenCourse>, Vec<CourseId>), LogError> {
    #[derive(Deserialize)]
    struct Owned {
        course_id: CourseId,
    }
    let own = doc! { "user_id": user.to_string() };
    let enrollments = database.collection::<TakenCourse>(ENROLLMENTS.name);
    let grants = database.collection::<Owned>(GRANTS.name);
    within(TIME_LIMIT, async {
        let taken = async { enrollments.find(own.clone()).projection(taken()).await?.try_collect().await };
        let owned = async {
            let live = doc! { "user_id": user.to_string(), "revoked_at": Bson::Null };
            grants.find(live).projection(doc! { "_id": 0, "course_id": 1 }).await?.try_collect::<Vec<Owned>>().await
        };
        let (taken, owned) = tokio::try_join!(taken, owned)?;
        Ok((taken, owned.into_iter().map(|owned| owned.course_id).collect()))
    })
    .await
}

/// All courses, for whom they are learnt about.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn load_courses(database: &Database) -> Result<Vec<Course>, LogError> {
    let courses = database.collection::<Course>(COURSES.name);
    within(ALL_LIMIT, async { courses.find(doc! {}).sort(doc! { "_id": 1 }).await?.try_collect().await }).await
}

/// The published ones of these courses, in any order.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn load_published(database: &Database, ids: &[CourseId]) -> Result<Vec<Course>, LogError> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let filter = doc! { "_id": { "$in": ids }, "status": CourseStatus::Published.as_str() };
    let courses = database.collection::<Course>(COURSES.name);
    within(TIME_LIMIT, async { courses.find(filter).await?.try_collect().await }).await
}

/// The published courses that most take, `limit` at most, without these and those of this teacher.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn load_popular(
    database: &Database,
    without: &[CourseId],
    teacher: UserId,
    limit: i64,
) -> Result<Vec<Course>, LogError> {
    let without: Vec<String> = without.iter().map(ToString::to_string).collect();
    let filter = doc! {
        "status": CourseStatus::Published.as_str(),
        "_id": { "$nin": without },
        "instructor_id": { "$ne": teacher.to_string() },
    };
    let courses = database.collection::<Course>(COURSES.name);
    within(TIME_LIMIT, async {
        courses.find(filter).sort(doc! { "enrollments_count": -1, "_id": -1 }).limit(limit).await?.try_collect().await
    })
    .await
}
