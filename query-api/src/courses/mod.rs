//! Queries of the Course service.

mod catalogue;
mod check_certificate;
mod list_courses;
mod list_enrollments;
mod list_faq;
mod list_instructor_courses;
mod list_lessons;
mod list_reviews;
mod show_certificate;
mod show_course;
mod show_lesson;
mod show_progress;

use access::{Access, Caller, log_failure};
use event_log::LogError;
use events::{CourseId, Position};
use read_models::views::{Audience, list_of_course_if};
use read_models::{COURSES_PROJECTION, Course, CourseStatus, ReadDocument};
use service_kit::http::{ApiError, Pagination, QueryParams, RequestContext};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{QueryDeps, Reads};

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new()
        .routes(routes!(list_courses::list_courses))
        .routes(routes!(show_course::show_course))
        .routes(routes!(list_lessons::list_lessons))
        .routes(routes!(show_lesson::show_lesson))
        .routes(routes!(show_progress::show_progress))
        .routes(routes!(list_enrollments::list_enrollments))
        .routes(routes!(list_faq::list_faq))
        .routes(routes!(list_reviews::list_reviews))
        .routes(routes!(show_certificate::show_certificate))
        .routes(routes!(check_certificate::check_certificate))
        .routes(routes!(list_instructor_courses::list_instructor_courses))
}

/// A page of what belongs to a course, newest first, for whoever sees the course; and how far the read side is.
///
/// # Errors
/// 400 for a bad parameter, 404 when the course is not there for the caller, 503.
async fn page_of_course<D: ReadDocument>(
    (reads, access): (&Reads, &Access),
    caller: Option<Caller>,
    id: CourseId,
    context: &RequestContext,
    mut params: QueryParams,
) -> Result<(Vec<D>, Pagination, Position), ApiError> {
    let page = params.page();
    params.finish()?;
    let position = reads.begin(context, &[COURSES_PROJECTION]).await?;
    let range = (page.skip(), page.limit);
    let find = |viewer: Viewer| {
        let database = reads.database();
        async move { list_of_course_if(database, id, range, |course| viewer.audience(course).is_some()).await }
    };
    let (found, total) = Viewer::find(access, caller, id, find).await?;
    Ok((found, Pagination::new(page, total), position))
}

/// Who asks to see a course.
#[derive(Clone, Debug)]
struct Viewer {
    caller: Option<Caller>,
    /// Whether they see the course also when it is archived, by the word of the log.
    sees_archived: bool,
}

impl Viewer {
    /// Finds what a viewer sees. What is not there for everybody may be for who has access to an archived course: that is
    /// asked of the log, and only then.
    ///
    /// # Errors
    /// 404 when it is not there for them; 503 when MongoDB is away.
    async fn find<T, F>(
        access: &Access,
        caller: Option<Caller>,
        course_id: CourseId,
        find: impl Fn(Self) -> F,
    ) -> Result<T, ApiError>
    where
        F: Future<Output = Result<Option<T>, LogError>>,
    {
        let found = find(Self { caller: caller.clone(), sees_archived: false }).await;
        if let Some(found) = found.map_err(|error| log_failure(&error))? {
            return Ok(found);
        }
        let caller = caller.ok_or_else(ApiError::not_found)?;
        if !access.content(&caller, course_id).await?.rights.sees_course() {
            return Err(ApiError::not_found());
        }
        let found = find(Self { caller: Some(caller), sees_archived: true }).await;
        found.map_err(|error| log_failure(&error))?.ok_or_else(ApiError::not_found)
    }

    /// What they see of a course; none when it is not there for them.
    fn audience(&self, course: &Course) -> Option<Audience> {
        // Whose a course is never changes, and the caller's role is the log's word.
        let is_editor = |caller: &Caller| caller.is_admin() || caller.user_id == course.instructor_id;
        if self.caller.as_ref().is_some_and(is_editor) {
            return Some(Audience::Owner);
        }
        match course.status {
            CourseStatus::Published => Some(Audience::Everyone),
            CourseStatus::Archived => self.sees_archived.then_some(Audience::Everyone),
            CourseStatus::Draft => None,
        }
    }
}
