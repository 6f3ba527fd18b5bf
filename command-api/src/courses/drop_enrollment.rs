//! POST /courses/:id/drop: somebody leaves a course.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Enrollment;
use domain::enrollment::DropEnrollment;
use events::{CourseId, EnrollmentId, Fold, StreamId, Timestamp};
use service_kit::http::{DataBody, ErrorBody, PathId};

use super::enroll_learner::{EnrollmentAnswer, enrollment_answer};
use super::learner::Learner;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};

/// Leaves a course: it opens nothing until the caller enrolls again; how far they had come is kept.
#[utoipa::path(
    post, path = "/courses/{id}/drop", tag = "course", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The course")),
    responses(
        (status = 200, body = DataBody<EnrollmentAnswer>),
        (status = 401, body = ErrorBody),
        (status = 403, description = "not_enrolled, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn drop_enrollment(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let done = commands.run(&origin, &Leave { course_id, caller }).await?;
    Ok(enrollment_answer(&commands, course_id, done.outcome, &done).await?.into_response())
}

struct Leave {
    course_id: CourseId,
    caller: Caller,
}

impl UseCase for Leave {
    type Outcome = EnrollmentId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<EnrollmentId, Refusal> {
        let (mut learner, _) = Learner::who_knows(work, &self.caller, self.course_id, now).await?;
        learner.enrollment.decide(DropEnrollment).await?;
        learner.put(work).await?;
        Ok(EnrollmentId::of(self.caller.user_id, self.course_id))
    }

    fn names(&self) -> Option<StreamId> {
        Some(Enrollment::stream(EnrollmentId::of(self.caller.user_id, self.course_id)))
    }
}
