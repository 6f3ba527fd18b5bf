//! What a teacher sees of their courses: who is in them, how they end, and what they bring in.

use bson::{Document, doc};
use event_log::LogError;
use events::{CourseId, Currency, Money, Percent, UserId};
use mongodb::Database;
use mongodb::error::Error;
use serde::Serialize;
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
        let revenues = vec![doc! { "$match": { "_id": { "$in": ids } } }];
        let revenues: Vec<CourseRevenue> = snapshot.aggregate(revenues).await?;
        let mut shown = Vec::with_capacity(courses.len());
        for course in courses {
            let in_status = |status: EnrollmentStatus| -> Document {
                doc! { "course_id": course.id.to_string(), "status": status.as_str() }
            };
            let active = snapshot.count::<Enrollment>(in_status(EnrollmentStatus::Active)).await?;
            let completed = snapshot.count::<Enrollment>(in_status(EnrollmentStatus::Completed)).await?;
            shown.push(view(course, (active, completed), &revenues));
        }
        Ok((shown, total))
    }
}

fn view(course: Course, (active, completed): (u64, u64), revenues: &[CourseRevenue]) -> InstructorCourseView {
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
