//! DELETE /courses/:id/review: a learner takes back what they thought of a course.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Review;
use domain::review::{RemoveReview, WriteReviewError};
use events::{CourseId, Fold, ReviewId, StreamId, Timestamp};
use service_kit::http::{ErrorBody, MessageBody, PathId};

use super::learner::Learner;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};

/// Takes the caller's review back. They may also when they have left the course: it is theirs.
#[utoipa::path(
    delete, path = "/courses/{id}/review", tag = "course", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The course")),
    responses(
        (status = 200, body = MessageBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "not_enrolled, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn remove_review(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let done = commands.run(&origin, &TakeBack { course_id, caller }).await?;
    Ok(done.message(context.text("review_removed")).into_response())
}

struct TakeBack {
    course_id: CourseId,
    caller: Caller,
}

impl UseCase for TakeBack {
    type Outcome = ReviewId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<ReviewId, Refusal> {
        let (user_id, course_id) = (self.caller.user_id, self.course_id);
        let (_, rights) = Learner::who_knows(work, &self.caller, course_id, now).await?;
        let review_id = ReviewId::of(user_id, course_id);
        let mut review = work.load::<Review>(review_id).await?;
        if review.state().written.is_none() && !rights.is_enrolled() {
            return Err(WriteReviewError::NotEnrolled.into());
        }
        review.decide(RemoveReview).await?;
        work.put(review);
        Ok(review_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Review::stream(ReviewId::of(self.caller.user_id, self.course_id)))
    }
}
