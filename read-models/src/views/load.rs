//! Reading the documents that a view is made of.

use bson::{Bson, Document, doc};
use event_log::{LogError, TIME_LIMIT, within};
use events::{CourseId, UserId};
use futures::TryStreamExt as _;
use mongodb::Database;
use mongodb::error::Error;

use super::outline::Audience;
use super::snapshot::{Reading, Snapshot, load_one, read_at_once};
use super::user::PublicUser;
use crate::{COURSES, Course, CourseStatus, Lesson, Module, User, UserSessions, UserStatus};

/// A course with its modules and lessons, in any order, all of one instant.
#[derive(Clone, Debug)]
pub struct CourseDocuments {
    /// The course.
    pub course: Course,
    /// Its modules.
    pub modules: Vec<Module>,
    /// Their lessons, content and all.
    pub lessons: Vec<Lesson>,
}

/// The documents of a course, whole, whatever its status; none when there is no such course.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_course(database: &Database, id: CourseId) -> Result<Option<CourseDocuments>, LogError> {
    let found = load_course_for(database, id, |_| Some(Audience::Owner)).await?;
    Ok(found.map(|(documents, _)| documents))
}

/// The documents of a course as far as an audience sees them, and that audience: what it may not read stays in the
/// database, since a course may hold half a gigabyte. None when there is no such course, or when `audience`, asked with
/// the course, says that it is shown to nobody.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_course_for(
    database: &Database,
    id: CourseId,
    audience: impl Fn(&Course) -> Option<Audience> + Sync,
) -> Result<Option<(CourseDocuments, Audience)>, LogError> {
    read_at_once(database, &CourseReading { id, audience }).await
}

/// Courses, `limit` at most, that are not put away although their instructor was erased, which took the name.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn load_orphaned_courses(database: &Database, limit: i64) -> Result<Vec<CourseId>, LogError> {
    let live = [CourseStatus::Draft, CourseStatus::Published].map(CourseStatus::as_str);
    let filter = doc! { "instructor_name": Bson::Null, "status": { "$in": live.to_vec() } };
    let courses = database.collection::<Document>(COURSES.name);
    let found: Vec<Document> = within(TIME_LIMIT, async {
        courses.find(filter).projection(doc! { "_id": 1 }).limit(limit).await?.try_collect().await
    })
    .await?;
    let id = |document: Document| document.get_str("_id").ok()?.parse().ok();
    Ok(found.into_iter().filter_map(id).collect())
}

struct CourseReading<F> {
    id: CourseId,
    audience: F,
}

impl<F: Fn(&Course) -> Option<Audience> + Sync> Reading for CourseReading<F> {
    type Output = Option<(CourseDocuments, Audience)>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let Some(course) = snapshot.find_one::<Course>(self.id).await? else { return Ok(None) };
        let Some(audience) = (self.audience)(&course) else { return Ok(None) };
        let of_course = doc! { "$match": { "course_id": self.id.to_string() } };
        let modules = snapshot.aggregate::<Module>(vec![of_course.clone()]).await?;
        let lessons = match audience {
            Audience::Everyone => vec![of_course, outline_stage()],
            Audience::Owner => vec![of_course],
        };
        let lessons = snapshot.aggregate::<Lesson>(lessons).await?;
        Ok(Some((CourseDocuments { course, modules, lessons }, audience)))
    }
}

/// Leaves out the long texts of lessons that are no previews.
fn outline_stage() -> Document {
    let without_transcript = doc! { "$mergeObjects": ["$video", { "transcript": Bson::Null }] };
    let whole_video = doc! { "$or": ["$preview", { "$eq": ["$video", Bson::Null] }] };
    doc! { "$set": {
        "content": { "$cond": ["$preview", "$content", Bson::Null] },
        "video": { "$cond": [whole_video, "$video", without_transcript] },
    } }
}

/// The document of an account; none when it is not there (yet).
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_user(database: &Database, id: UserId) -> Result<Option<User>, LogError> {
    load_one(database, id).await
}

/// What everybody may know of somebody; none of who is unknown, suspended or deleted.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_public_user(database: &Database, id: UserId) -> Result<Option<PublicUser>, LogError> {
    let found = load_user(database, id).await?;
    Ok(found.filter(|user| user.status == UserStatus::Active).map(PublicUser::from))
}

/// Where somebody is signed in; nowhere when there is no document (yet).
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_sessions(database: &Database, id: UserId) -> Result<UserSessions, LogError> {
    let found = load_one(database, id).await?;
    Ok(found.unwrap_or_else(|| UserSessions::none(id)))
}
