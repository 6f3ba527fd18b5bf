//! What a teacher sees of their courses: who is in them, how they end, and what they bring in.

use bson::doc;
use event_log::LogError;
use events::{CourseId, Currency, Money, Percent, UserId};
use mongodb::Database;
use mongodb::error::Error;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::CourseListItem;
use super::snapshot::{Reading, Snapshot, read_at_once};
use crate::{Course, CourseRevenue, Enrollment, EnrollmentStatus, MoneyView};

/// A course of mine, and how it does.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = InstructorCourse)]
pub struct InstructorCourseView {
    /// The course, as the catalogue shows it.
    pub course: CourseListItem,
    /// Learners enrolled and not dropped.
    pub enrollments: u64,
    /// How many of them have completed it, in percent, 2 decimals; 0 when there is nobody.
    #[schema(minimum = 0, maximum = 100)]
    pub completion_rate: f64,
    /// Average of its reviews, 2 decimals; 0 when there is none.
    pub average_rating: f64,
    /// What was paid for it, less what went back.
    pub revenue: MoneyView,
}

/// The courses of a teacher in every status, newest first, without the first `skip` and at most `limit` of them; and how
/// many there are. All of it is of the same instant.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn list_instructor_courses(
    database: &Database,
    instructor_id: UserId,
    range: (u64, u32),
) -> Result<(Vec<InstructorCourseView>, u64), LogError> {
    read_at_once(database, &OfInstructor { instructor_id, range }).await
}

struct OfInstructor {
    instructor_id: UserId,
    range: (u64, u32),
}

impl Reading for OfInstructor {
    type Output = (Vec<InstructorCourseView>, u64);

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let own = doc! { "instructor_id": self.instructor_id.to_string() };
        let newest = doc! { "created_at": -1, "_id": -1 };
        let (courses, total) = snapshot.page::<Course>(own, newest, self.range).await?;
        let ids: Vec<String> = courses.iter().map(|course| course.id.to_string()).collect();
        let revenues = vec![doc! { "$match": { "_id": { "$in": &ids } } }];
        let revenues: Vec<CourseRevenue> = snapshot.aggregate(revenues).await?;
        let statuses = [EnrollmentStatus::Active, EnrollmentStatus::Completed].map(EnrollmentStatus::as_str);
        let counts = vec![
            doc! { "$match": { "course_id": { "$in": ids }, "status": { "$in": statuses.to_vec() } } },
            doc! { "$group": { "_id": { "course_id": "$course_id", "status": "$status" }, "count": { "$sum": 1_i64 } } },
        ];
        let counts: Vec<Learners> = snapshot.computed::<Enrollment, _>(counts).await?;
        Ok((courses.into_iter().map(|course| view(course, &counts, &revenues)).collect(), total))
    }
}

/// How many learners of a course there are in a status.
#[derive(Deserialize)]
struct Learners {
    #[serde(rename = "_id")]
    of: LearnersOf,
    count: u64,
}

#[derive(Deserialize)]
struct LearnersOf {
    course_id: CourseId,
    status: EnrollmentStatus,
}

fn view(course: Course, counts: &[Learners], revenues: &[CourseRevenue]) -> InstructorCourseView {
    let learners = |status: EnrollmentStatus| {
        let found = counts.iter().find(|found| found.of.course_id == course.id && found.of.status == status);
        found.map_or(0, |found| found.count)
    };
    let (active, completed) = (learners(EnrollmentStatus::Active), learners(EnrollmentStatus::Completed));
    let of_course = |id: CourseId| revenues.iter().find(|revenue| revenue.id == id).map(|revenue| revenue.revenue);
    let revenue = of_course(course.id).unwrap_or(Money { minor: 0, currency: Currency::EUR });
    let whole = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    InstructorCourseView {
        enrollments: active + completed,
        completion_rate: Percent::of(whole(completed), whole(active + completed)).value(),
        average_rating: course.average_rating,
        revenue: revenue.into(),
        course: course.into(),
    }
}
