//! Learners in courses, in answers.

use events::{CourseId, EnrollmentId, LessonId, LessonProgressId, LessonStatus, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{is_false, openapi};
use crate::{Enrollment, EnrollmentCourse, EnrollmentStatus, LessonProgress};

/// Somebody in a course.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Enrollment)]
pub struct EnrollmentView {
    /// The enrollment.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: EnrollmentId,
    /// Who learns.
    #[schema(schema_with = openapi::id)]
    pub user_id: UserId,
    /// The course.
    #[schema(schema_with = openapi::id)]
    pub course_id: CourseId,
    /// How far they have come.
    #[schema(schema_with = openapi::enrollment_status)]
    pub status: EnrollmentStatus,
    /// The lessons of now that they have completed, of the lessons of now, in percent, 2 decimals.
    pub progress_percentage: f64,
    /// The lessons that they have completed, in the order they did; also those that are gone from the course.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub completed_lessons: Vec<LessonId>,
    /// The lesson they went on with last.
    #[schema(schema_with = openapi::nullable_id)]
    pub last_accessed_lesson_id: Option<LessonId>,
    /// When they began.
    #[schema(schema_with = openapi::time)]
    pub enrolled_at: Timestamp,
    /// When they had completed every lesson, the first time.
    #[schema(schema_with = openapi::nullable_time)]
    pub completed_at: Option<Timestamp>,
    /// When they last enrolled or went on.
    #[schema(schema_with = openapi::time)]
    pub last_accessed_at: Timestamp,
    /// `true` when the read side could not follow the log for this enrollment; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl EnrollmentView {
    /// An enrollment in a course that has these lessons now.
    #[must_use]
    pub fn new(enrollment: Enrollment, lessons_now: &[LessonId]) -> Self {
        Self {
            progress_percentage: enrollment.progress(lessons_now).value(),
            id: enrollment.id,
            user_id: enrollment.user_id,
            course_id: enrollment.course_id,
            status: enrollment.status,
            completed_lessons: enrollment.completed_lessons,
            last_accessed_lesson_id: enrollment.last_accessed_lesson_id,
            enrolled_at: enrollment.enrolled_at,
            completed_at: enrollment.completed_at,
            last_accessed_at: enrollment.last_accessed_at,
            stale: enrollment.stale,
        }
    }
}

/// An enrollment in a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EnrollmentListItem {
    /// Everything else.
    #[serde(flatten)]
    pub enrollment: EnrollmentView,
    /// What the list shows of the course.
    pub course: CourseOfEnrollment,
}

/// What a list of enrollments shows of a course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CourseOfEnrollment {
    /// The course.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: CourseId,
    /// Title.
    pub title: String,
    /// Cover.
    pub image_url: Option<String>,
}

impl EnrollmentListItem {
    /// An enrollment in this course.
    #[must_use]
    pub fn new(enrollment: Enrollment, course: EnrollmentCourse) -> Self {
        let EnrollmentCourse { id, title, image_url, lesson_ids, stale, .. } = course;
        let mut enrollment = EnrollmentView::new(enrollment, &lesson_ids);
        // The percentage is of both.
        enrollment.stale |= stale;
        Self { enrollment, course: CourseOfEnrollment { id, title, image_url } }
    }
}

/// How far somebody is with a lesson.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = LessonProgress)]
pub struct LessonProgressView {
    /// The progress.
    #[serde(rename = "_id")]
    #[schema(schema_with = openapi::id)]
    pub id: LessonProgressId,
    /// Who learns.
    #[schema(schema_with = openapi::id)]
    pub user_id: UserId,
    /// The lesson.
    #[schema(schema_with = openapi::id)]
    pub lesson_id: LessonId,
    /// Its course.
    #[schema(schema_with = openapi::id)]
    pub course_id: CourseId,
    /// How far they are.
    #[schema(schema_with = openapi::lesson_status)]
    pub status: LessonStatus,
    /// All the time they have spent on it.
    pub time_spent_seconds: u64,
    /// What its quiz was worth, in percent, 2 decimals; null when it was not taken.
    pub quiz_score: Option<f64>,
    /// When they began it.
    #[schema(schema_with = openapi::time)]
    pub created_at: Timestamp,
    /// When they last went on with it.
    #[schema(schema_with = openapi::time)]
    pub updated_at: Timestamp,
    /// `true` when the read side could not follow the log for this lesson; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub stale: bool,
}

impl From<LessonProgress> for LessonProgressView {
    fn from(progress: LessonProgress) -> Self {
        Self {
            id: progress.id,
            user_id: progress.user_id,
            lesson_id: progress.lesson_id,
            course_id: progress.course_id,
            status: progress.status,
            time_spent_seconds: progress.time_spent_seconds,
            quiz_score: progress.quiz_score.map(events::Percent::value),
            created_at: progress.created_at,
            updated_at: progress.updated_at,
            stale: progress.stale,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const TIME: &str = "2026-01-31T08:30:00.000Z";

    fn id(number: u32) -> String {
        format!("0190a5b0-0000-7000-8000-{number:012}")
    }

    fn course(lessons: &[u32]) -> EnrollmentCourse {
        let lessons: Vec<String> = lessons.iter().copied().map(id).collect();
        let document = json!({
            "_id": id(1), "title": "Excel", "image_url": null, "lesson_ids": lessons, "shrunk_at": 0,
        });
        serde_json::from_value(document).unwrap()
    }

    fn enrollment(completed: &[u32]) -> Enrollment {
        let completed: Vec<String> = completed.iter().copied().map(id).collect();
        let document = json!({
            "_id": id(3), "user_id": id(2), "course_id": id(1), "status": "active", "completed_lessons": completed,
            "last_accessed_lesson_id": id(13), "enrolled_at": TIME, "completed_at": null, "last_accessed_at": TIME,
            "version": 4,
        });
        serde_json::from_value(document).unwrap()
    }

    fn shown(completed: &[u32], lessons: &[u32]) -> Value {
        serde_json::to_value(EnrollmentListItem::new(enrollment(completed), course(lessons))).unwrap()
    }

    #[test]
    fn a_list_shows_the_fields_of_the_contract() {
        assert_eq!(
            shown(&[13, 12], &[11, 12, 13]),
            json!({
                "_id": id(3), "user_id": id(2), "course_id": id(1), "status": "active", "progress_percentage": 66.67,
                "completed_lessons": [id(13), id(12)], "last_accessed_lesson_id": id(13), "enrolled_at": TIME,
                "completed_at": null, "last_accessed_at": TIME,
                "course": { "_id": id(1), "title": "Excel", "image_url": null },
            })
        );
    }

    #[test]
    fn the_percentage_is_of_the_lessons_of_now() {
        for (completed, lessons, percentage) in [
            (&[][..], &[][..], 0.0),
            (&[11], &[], 0.0),
            (&[11], &[11], 100.0),
            (&[11, 12], &[12, 13], 50.0),
            (&[11, 12, 14], &[12], 100.0),
        ] {
            assert_eq!(shown(completed, lessons)["progress_percentage"], json!(percentage));
        }
    }
}
