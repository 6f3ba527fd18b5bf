//! PUT /courses/:id/review: a learner says what they think of a course, or that they think otherwise.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Review;
use domain::review::WriteReview;
use domain::values::{Comment, Rating};
use events::{CourseId, Fold, ReviewId, StreamId, Timestamp};
use read_models::views::ReviewView;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, PathId};
use utoipa::ToSchema;

use super::learner::Learner;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::fields::parsed;
use crate::views::review_view;

/// What the caller thinks of the course.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReview {
    /// 1 to 5 stars.
    #[schema(nullable = false, required = true, minimum = 1, maximum = 5)]
    rating: Option<i64>,
    /// At most 1,000 characters.
    comment: Option<String>,
}

impl NewReview {
    fn parse(self) -> Result<(Rating, Option<Comment>), ApiError> {
        let mut fields = Fields::new();
        let rating = fields.required("rating", self.rating, |stars| parsed(Rating::parse(stars)));
        let comment = fields.optional_text("comment", self.comment, |text| parsed(Comment::parse(text)));
        fields.build(|| Some((rating?, comment)))
    }
}

/// A review under its name.
#[derive(Serialize, ToSchema)]
pub struct ReviewAnswer {
    /// The review.
    review: ReviewView,
}

/// Writes the caller's review of a course that they are enrolled in, or writes it anew.
#[utoipa::path(
    put, path = "/courses/{id}/review", tag = "course", request_body = NewReview, security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The course")),
    responses(
        (status = 200, description = "It is another now", body = DataBody<ReviewAnswer>),
        (status = 201, description = "There was none", body = DataBody<ReviewAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "not_enrolled, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn write_review(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
    JsonBody(body): JsonBody<NewReview>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let (rating, comment) = body.parse()?;
    let done = commands.run(&origin, &Write { course_id, rating, comment, caller }).await?;
    let review = review_view(commands.log(), done.outcome.review_id, done.pending).await?;
    let answer = done.answer(ReviewAnswer { review });
    Ok(if done.outcome.is_first { answer.created() } else { answer }.into_response())
}

/// What was done.
#[derive(Serialize, Deserialize)]
struct Written {
    review_id: ReviewId,
    /// Whether there was no review before.
    is_first: bool,
}

struct Write {
    course_id: CourseId,
    rating: Rating,
    comment: Option<Comment>,
    caller: Caller,
}

impl UseCase for Write {
    type Outcome = Written;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<Written, Refusal> {
        let (user_id, course_id) = (self.caller.user_id, self.course_id);
        let (learner, rights) = Learner::who_knows(work, &self.caller, course_id, now).await?;
        let review_id = ReviewId::of(user_id, course_id);
        let mut review = work.load::<Review>(review_id).await?;
        let is_first = review.state().written.is_none();
        let (rating, comment) = (self.rating, self.comment.clone());
        let is_enrolled = rights.is_enrolled();
        review.decide(WriteReview { user_id, course_id, is_enrolled, rating, comment }).await?;
        learner.put(work).await?;
        work.put(review);
        Ok(Written { review_id, is_first })
    }

    fn names(&self) -> Option<StreamId> {
        Some(Review::stream(ReviewId::of(self.caller.user_id, self.course_id)))
    }
}
