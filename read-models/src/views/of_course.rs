//! Lists that belong to a course: what it answers, what learners think of it.

use std::marker::PhantomData;

use bson::doc;
use event_log::LogError;
use events::CourseId;
use mongodb::Database;
use mongodb::error::Error;

use super::snapshot::{Reading, Snapshot, read_at_once};
use crate::{Course, ReadDocument};

/// The documents of a course, newest first, without the first `skip` and at most `limit` of them; and how many there are.
/// Both are of the same instant. None when there is no such course, or when `is_shown`, asked with it, says so. They have
/// the fields `course_id` and `created_at`, and an index over both.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn list_of_course_if<D: ReadDocument>(
    database: &Database,
    id: CourseId,
    range: (u64, u32),
    is_shown: impl Fn(&Course) -> bool + Sync,
) -> Result<Option<(Vec<D>, u64)>, LogError> {
    read_at_once(database, &OfCourse { id, range, is_shown, documents: PhantomData::<fn() -> D> }).await
}

struct OfCourse<F, D> {
    id: CourseId,
    range: (u64, u32),
    is_shown: F,
    documents: PhantomData<fn() -> D>,
}

impl<F: Fn(&Course) -> bool + Sync, D: ReadDocument> Reading for OfCourse<F, D> {
    type Output = Option<(Vec<D>, u64)>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let course = snapshot.find_one::<Course>(self.id).await?;
        if !course.is_some_and(|course| (self.is_shown)(&course)) {
            return Ok(None);
        }
        let of_course = doc! { "course_id": self.id.to_string() };
        snapshot.page(of_course, doc! { "created_at": -1, "_id": -1 }, self.range).await.map(Some)
    }
}
