//! POST /courses/:id/restore: what was put away is a draft again.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Course;
use domain::course::RestoreCourse;
use events::{CourseId, Fold, StreamId, Timestamp};
use read_models::views::{Audience, CourseView};
use service_kit::http::{DataBody, ErrorBody, PathId};

use super::create_course::CourseAnswer;
use super::editor;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::views::course_documents;

/// Takes an archived course up again; it is a draft.
#[utoipa::path(
    post, path = "/courses/{id}/restore", tag = "course", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The course")),
    responses(
        (status = 200, body = DataBody<CourseAnswer>),
        (status = 400, description = "invalid_status", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn restore_course(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
) -> Result<Response, Refusal> {
    let done = commands.run(&context.origin(Some(&caller)), &Restore { course_id, caller }).await?;
    let documents = course_documents(commands.log(), course_id, done.pending).await?;
    let course = CourseView::new(documents, Audience::Owner);
    Ok(done.answer(CourseAnswer { course }).into_response())
}

struct Restore {
    course_id: CourseId,
    caller: Caller,
}

impl UseCase for Restore {
    type Outcome = CourseId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<CourseId, Refusal> {
        let by = editor(work, &self.caller).await?;
        let mut course = work.load::<Course>(self.course_id).await?;
        course.decide(RestoreCourse { by }).await?;
        work.put(course);
        Ok(self.course_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Course::stream(self.course_id))
    }
}
