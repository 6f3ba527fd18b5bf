//! Queries of the Course service.

mod catalogue;
mod list_courses;
mod list_faq;
mod list_lessons;
mod show_course;

use access::Caller;
use read_models::views::Audience;
use read_models::{Course, CourseStatus};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::QueryDeps;

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new()
        .routes(routes!(list_courses::list_courses))
        .routes(routes!(show_course::show_course))
        .routes(routes!(list_lessons::list_lessons))
        .routes(routes!(list_faq::list_faq))
}

/// What a caller sees of a course; none when it is not there for them.
fn audience(course: &Course, caller: Option<&Caller>) -> Option<Audience> {
    // Whose a course is never changes, and the caller's role is the log's word.
    if caller.is_some_and(|caller| caller.is_admin() || caller.user_id == course.instructor_id) {
        return Some(Audience::Owner);
    }
    match course.status {
        CourseStatus::Published => Some(Audience::Everyone),
        CourseStatus::Draft | CourseStatus::Archived => None,
    }
}
