//! POST /courses/:id/enroll: somebody begins a course, or comes back to it.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::access::{GrantAccess, GrantReason};
use domain::enrollment::EnrollLearner;
use domain::transaction::StartPayment;
use domain::{Enrollment, Transaction};
use events::{CourseId, EnrollmentId, Fold, GrantId, PaymentMethod, StreamId, Timestamp, TransactionId};
use read_models::views::EnrollmentView;
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, Success};
use utoipa::ToSchema;
use uuid::Uuid;

use super::learner::{Learner, acting_role};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Done, UnitOfWork, UseCase};
use crate::views::enrollment_documents;

/// An enrollment under its name.
#[derive(Serialize, ToSchema)]
pub struct EnrollmentAnswer {
    /// The enrollment.
    enrollment: EnrollmentView,
}

/// Enrolls the caller: in a free course at once, in any other while a right of theirs to it lives.
#[utoipa::path(
    post, path = "/courses/{id}/enroll", tag = "course", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The course")),
    responses(
        (status = 201, body = DataBody<EnrollmentAnswer>),
        (status = 400, description = "already_enrolled, course_not_published", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 402, description = "payment_required", body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn enroll_learner(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let done = commands.run(&origin, &Enroll { course_id, caller }).await?;
    Ok(enrollment_answer(&commands, course_id, done.outcome, &done).await?.created().into_response())
}

/// The enrollment after a command.
///
/// # Errors
/// 503 when it can't be read.
pub(super) async fn enrollment_answer<O: Sync>(
    commands: &Commands,
    course_id: CourseId,
    id: EnrollmentId,
    done: &Done<O>,
) -> Result<Success<EnrollmentAnswer>, Refusal> {
    let documents = enrollment_documents(commands.log(), course_id, id, done.pending).await?;
    let enrollment = EnrollmentView::new(documents.enrollment, &documents.course.lesson_ids);
    Ok(done.answer(EnrollmentAnswer { enrollment }))
}

/// The zero payment of a free course.
async fn note_free(work: &mut UnitOfWork<'_>, learner: &Learner, now: Timestamp) -> Result<(), Refusal> {
    let ((user_id, course_id), transaction_id) = (learner.ids(), TransactionId::new(Uuid::now_v7()));
    let mut transaction = work.load::<Transaction>(transaction_id).await?;
    let command = StartPayment {
        transaction_id,
        user_id,
        course_id,
        price: learner.details()?.price,
        is_free: true,
        method: PaymentMethod::Free,
        payment_method_id: None,
        now,
    };
    transaction.decide(command).await?;
    work.put(transaction);
    Ok(())
}

struct Enroll {
    course_id: CourseId,
    caller: Caller,
}

impl UseCase for Enroll {
    type Outcome = EnrollmentId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<EnrollmentId, Refusal> {
        let (user_id, course_id) = (self.caller.user_id, self.course_id);
        let role = acting_role(work, &self.caller).await?;
        let mut learner = Learner::load(work, user_id, course_id).await?;
        if !learner.rights(work, role, now)?.sees_course() {
            return Err(ApiError::not_found().into());
        }
        let right = learner.right(work, now)?;
        let command = EnrollLearner {
            user_id,
            course_id,
            course_status: learner.details()?.status,
            right,
            is_free: learner.details()?.is_free(),
            lessons_now: learner.lessons_now()?,
            now,
        };
        let is_free = command.is_free;
        learner.enrollment.decide(command).await?;
        // Without any right it is free, or the decision would have been another. What a plan or an admin opens besides
        // may end: a free course stays theirs.
        if right.is_none() || (is_free && !learner.access.state().is_theirs()) {
            let grant_id = GrantId::new(Uuid::now_v7());
            learner.access.decide(GrantAccess { grant_id, user_id, course_id, reason: GrantReason::Free }).await?;
            note_free(work, &learner, now).await?;
        }
        learner.put(work).await?;
        Ok(EnrollmentId::of(user_id, course_id))
    }

    fn names(&self) -> Option<StreamId> {
        Some(Enrollment::stream(EnrollmentId::of(self.caller.user_id, self.course_id)))
    }
}
