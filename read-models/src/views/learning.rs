//! Reading what the views of learners in courses are made of.

use std::collections::HashMap;

use bson::{Document, doc};
use event_log::{LogError, TIME_LIMIT, signed, within};
use events::{CourseId, EnrollmentId, LessonId, LessonProgressId, Position, UserId};
use futures::TryStreamExt as _;
use mongodb::Database;
use mongodb::error::Error;

use super::enrollment::EnrollmentListItem;
use super::snapshot::{Reading, Snapshot, load_one, read_at_once};
use crate::{Enrollment, EnrollmentCourse, EnrollmentStatus, Lesson, LessonProgress, ReadDocument};

/// An enrollment with what its percentage is of, both of one instant.
#[derive(Clone, Debug)]
pub struct EnrollmentDocuments {
    /// The enrollment.
    pub enrollment: Enrollment,
    /// Its course.
    pub course: EnrollmentCourse,
}

/// The documents of an enrollment; none when they are not there (yet).
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_enrollment(database: &Database, id: EnrollmentId) -> Result<Option<EnrollmentDocuments>, LogError> {
    read_at_once(database, &EnrollmentReading(id)).await
}

struct EnrollmentReading(EnrollmentId);

impl Reading for EnrollmentReading {
    type Output = Option<EnrollmentDocuments>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let Some(enrollment) = snapshot.find_one::<Enrollment>(self.0).await? else { return Ok(None) };
        let course = snapshot.find_one::<EnrollmentCourse>(enrollment.course_id).await?;
        Ok(course.map(|course| EnrollmentDocuments { enrollment, course }))
    }
}

/// The documents of an enrollment, and how far its learner is with each lesson they have begun, the last begun first.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_lessons_progress(
    database: &Database,
    id: EnrollmentId,
) -> Result<Option<(EnrollmentDocuments, Vec<LessonProgress>)>, LogError> {
    read_at_once(database, &LessonsReading(id)).await
}

struct LessonsReading(EnrollmentId);

impl Reading for LessonsReading {
    type Output = Option<(EnrollmentDocuments, Vec<LessonProgress>)>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let Some(documents) = EnrollmentReading(self.0).read(snapshot).await? else { return Ok(None) };
        let Enrollment { user_id, course_id, .. } = documents.enrollment;
        let own = doc! { "user_id": user_id.to_string(), "course_id": course_id.to_string() };
        Ok(Some((documents, newest(snapshot, own, "created_at").await?)))
    }
}

/// All documents of a learner of one kind, newest first.
async fn newest<D: ReadDocument>(snapshot: &mut Snapshot, own: Document, by: &str) -> Result<Vec<D>, Error> {
    snapshot.aggregate(vec![doc! { "$match": own }, doc! { "$sort": { by: -1, "_id": -1 } }]).await
}

/// How far somebody is with a lesson; none when they have not begun it, or it is not there (yet).
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_lesson_progress(
    database: &Database,
    id: LessonProgressId,
) -> Result<Option<LessonProgress>, LogError> {
    load_one(database, id).await
}

/// A lesson, and how far somebody is with it if they have begun it; none when the lesson is not there (yet).
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_lesson(
    database: &Database,
    lesson: LessonId,
    progress: LessonProgressId,
) -> Result<Option<(Lesson, Option<LessonProgress>)>, LogError> {
    read_at_once(database, &LessonReading { lesson, progress }).await
}

struct LessonReading {
    lesson: LessonId,
    progress: LessonProgressId,
}

impl Reading for LessonReading {
    type Output = Option<(Lesson, Option<LessonProgress>)>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let Some(lesson) = snapshot.find_one::<Lesson>(self.lesson).await? else { return Ok(None) };
        Ok(Some((lesson, snapshot.find_one::<LessonProgress>(self.progress).await?)))
    }
}

/// The enrollments of a learner, newest first, without the first `skip` and at most `limit` of them; and how many there
/// are.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn list_enrollments(
    database: &Database,
    user_id: UserId,
    status: Option<EnrollmentStatus>,
    (skip, limit): (u64, u32),
) -> Result<(Vec<EnrollmentListItem>, u64), LogError> {
    read_at_once(database, &ListReading { user_id, status, skip, limit }).await
}

struct ListReading {
    user_id: UserId,
    status: Option<EnrollmentStatus>,
    skip: u64,
    limit: u32,
}

impl Reading for ListReading {
    type Output = (Vec<EnrollmentListItem>, u64);

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let mut filter = doc! { "user_id": self.user_id.to_string() };
        if let Some(status) = self.status {
            filter.insert("status", status.as_str());
        }
        let newest = doc! { "enrolled_at": -1, "_id": -1 };
        let (enrollments, total) = snapshot.page(filter, newest, (self.skip, self.limit)).await?;
        Ok((with_courses(snapshot, enrollments).await?, total))
    }
}

/// The enrollments with their courses. One whose course is not there, because it could not follow the log, is left out.
async fn with_courses(snapshot: &mut Snapshot, enrollments: Vec<Enrollment>) -> Result<Vec<EnrollmentListItem>, Error> {
    let ids: Vec<String> = enrollments.iter().map(|enrollment| enrollment.course_id.to_string()).collect();
    let courses = snapshot.aggregate::<EnrollmentCourse>(vec![doc! { "$match": { "_id": { "$in": ids } } }]).await?;
    let courses: HashMap<CourseId, EnrollmentCourse> = courses.into_iter().map(|course| (course.id, course)).collect();
    let items = enrollments.into_iter().filter_map(|enrollment| {
        let course = courses.get(&enrollment.course_id)?.clone();
        Some(EnrollmentListItem::new(enrollment, course))
    });
    Ok(items.collect())
}

/// All that is held on a learner's courses.
#[derive(Clone, Debug)]
pub struct LearningOf {
    /// Their enrollments, newest first.
    pub enrollments: Vec<EnrollmentListItem>,
    /// How far they are with each lesson they have begun, the last begun first.
    pub progress: Vec<LessonProgress>,
}

/// All that is held on a learner's courses, of one instant.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_learning_of(database: &Database, user_id: UserId) -> Result<LearningOf, LogError> {
    read_at_once(database, &LearningReading(user_id)).await
}

struct LearningReading(UserId);

impl Reading for LearningReading {
    type Output = LearningOf;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let own = doc! { "user_id": self.0.to_string() };
        let enrollments = newest::<Enrollment>(snapshot, own.clone(), "enrolled_at").await?;
        let enrollments = with_courses(snapshot, enrollments).await?;
        Ok(LearningOf { enrollments, progress: newest(snapshot, own, "created_at").await? })
    }
}

/// Courses that have lost lessons after a position, at most `limit`, in the order they did.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn load_shrunk_courses(
    database: &Database,
    after: Position,
    limit: i64,
) -> Result<Vec<EnrollmentCourse>, LogError> {
    let courses = database.collection::<EnrollmentCourse>(EnrollmentCourse::COLLECTION);
    let filter = doc! { "shrunk_at": { "$gt": signed(after)? } };
    let find = async { courses.find(filter).sort(doc! { "shrunk_at": 1 }).limit(limit).await?.try_collect().await };
    within(TIME_LIMIT, find).await
}

/// Learners who have done every lesson that a course has now and have not completed it, as far as this is shown: at most
/// `limit`, by their ids, after one of them.
///
/// # Errors
/// [`LogError`] when MongoDB is away.
pub async fn load_finished_learners(
    database: &Database,
    course: &EnrollmentCourse,
    after: Option<EnrollmentId>,
    limit: i64,
) -> Result<Vec<Enrollment>, LogError> {
    if course.lesson_ids.is_empty() {
        return Ok(Vec::new());
    }
    let lessons: Vec<String> = course.lesson_ids.iter().map(LessonId::to_string).collect();
    let filter = doc! {
        "course_id": course.id.to_string(),
        "status": EnrollmentStatus::Active.as_str(),
        "completed_lessons": { "$all": lessons },
        "_id": { "$gt": after.map(|id| id.to_string()).unwrap_or_default() },
    };
    let enrollments = database.collection::<Enrollment>(Enrollment::COLLECTION);
    let find = async { enrollments.find(filter).sort(doc! { "_id": 1 }).limit(limit).await?.try_collect().await };
    within(TIME_LIMIT, find).await
}
