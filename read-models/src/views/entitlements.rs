//! What somebody can open: reading it.

use bson::doc;
use event_log::LogError;
use events::{CourseId, UserId};
use mongodb::Database;
use mongodb::error::Error;

use super::snapshot::{Reading, Snapshot, read_at_once};
use crate::{Course, CourseStatus, Enrollment, EnrollmentStatus, Grant, Subscription, User};

/// What is known of what somebody can open, all of one instant.
pub struct EntitlementDocuments {
    /// The person.
    pub user: User,
    /// The grants of theirs that live, those that are suspended too.
    pub grants: Vec<Grant>,
    /// Their subscriptions, newest first.
    pub subscriptions: Vec<Subscription>,
    /// The courses that they are enrolled in.
    pub enrolled_in: Vec<CourseId>,
}

/// What is known of what somebody can open; none when there is no such person.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_entitlements(database: &Database, id: UserId) -> Result<Option<EntitlementDocuments>, LogError> {
    read_at_once(database, &OfPerson(id)).await
}

struct OfPerson(UserId);

impl Reading for OfPerson {
    type Output = Option<EntitlementDocuments>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let Some(user) = snapshot.find_one::<User>(self.0).await? else { return Ok(None) };
        let living = doc! { "user_id": self.0.to_string(), "revoked_at": null };
        let grants = snapshot.aggregate(vec![doc! { "$match": living }, doc! { "$sort": { "created_at": 1 } }]).await?;
        let newest = vec![
            doc! { "$match": { "user_id": self.0.to_string() } },
            doc! { "$sort": { "created_at": -1, "_id": -1 } },
        ];
        let subscriptions = snapshot.aggregate(newest).await?;
        let present = doc! {
            "user_id": self.0.to_string(), "status": { "$ne": EnrollmentStatus::Dropped.as_str() },
        };
        let enrollments: Vec<Enrollment> = snapshot.aggregate(vec![doc! { "$match": present }]).await?;
        let enrolled_in = enrollments.into_iter().map(|enrollment| enrollment.course_id).collect();
        Ok(Some(EntitlementDocuments { user, grants, subscriptions, enrolled_in }))
    }
}

/// The published courses, and those put away that are among `kept`, of which `covers` says so.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn courses_covered(
    database: &Database,
    kept: &[CourseId],
    covers: impl Fn(&Course) -> bool + Sync,
) -> Result<Vec<CourseId>, LogError> {
    let mut found = read_at_once(database, &Offered(kept)).await?;
    found.retain(covers);
    Ok(found.into_iter().map(|course| course.id).collect())
}

struct Offered<'a>(&'a [CourseId]);

impl Reading for Offered<'_> {
    type Output = Vec<Course>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let kept: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        let put_away = doc! { "status": CourseStatus::Archived.as_str(), "_id": { "$in": kept } };
        let published = doc! { "status": CourseStatus::Published.as_str() };
        snapshot.aggregate(vec![doc! { "$match": { "$or": [published, put_away] } }]).await
    }
}
