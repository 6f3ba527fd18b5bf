//! PATCH /courses/:id/lessons/:lesson_id/progress: a learner goes on with a lesson.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Enrollment;
use domain::enrollment::{LessonQuiz, RecordProgress};
use domain::values::{Score, TimeSpent, word};
use events::{CourseId, EnrollmentId, Fold, LessonId, LessonStatus, StreamId, Timestamp};
use read_models::views::LessonProgressView;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, PathId};
use utoipa::ToSchema;

use super::learner::Learner;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::fields::parsed;
use crate::views::{enrollment_documents, lesson_progress};

/// How far the caller is with a lesson.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProgress {
    /// `not_started`, `in_progress` or `completed`. Completed stays completed, until it is set to `not_started`.
    #[schema(nullable = false, required = true)]
    status: Option<String>,
    /// Time spent since the last report, in seconds, 0 to 86,400; it is added.
    time_spent_seconds: Option<i64>,
    /// 0 to 100, at most 2 decimals; only of a quiz lesson that has no quiz attached.
    #[schema(value_type = Option<f64>)]
    quiz_score: Option<Number>,
}

#[derive(Clone, Copy)]
struct Report {
    status: LessonStatus,
    time_spent: TimeSpent,
    quiz_score: Option<Score>,
}

impl NewProgress {
    fn parse(self) -> Result<Report, ApiError> {
        let mut fields = Fields::new();
        let status = fields.required_text("status", self.status, |text| parsed(word(text, LessonStatus::from_word)));
        let time_spent =
            fields.optional("time_spent_seconds", self.time_spent_seconds, |n| parsed(TimeSpent::parse(n)));
        let quiz_score = fields.optional("quiz_score", self.quiz_score, |n| parsed(Score::parse(&n.to_string())));
        fields.build(|| Some(Report { status: status?, time_spent: time_spent.unwrap_or_default(), quiz_score }))
    }
}

/// How far the caller is with the lesson, and in the course.
#[derive(Serialize, ToSchema)]
pub struct ProgressAnswer {
    /// With the lesson.
    progress: LessonProgressView,
    /// In the course, in percent, 2 decimals.
    course_progress: f64,
}

/// Notes how far the caller is with a lesson.
#[utoipa::path(
    patch, path = "/courses/{id}/lessons/{lesson_id}/progress", tag = "course", request_body = NewProgress,
    security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The course"),
        ("lesson_id" = uuid::Uuid, Path, description = "The lesson"),
    ),
    responses(
        (status = 200, body = DataBody<ProgressAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "not_enrolled, no_access, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn record_progress(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId((course_id, lesson_id)): PathId<(CourseId, LessonId)>,
    JsonBody(body): JsonBody<NewProgress>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let use_case = GoOn { course_id, lesson_id, report: body.parse()?, caller };
    let done = commands.run(&origin, &use_case).await?;
    let (log, id) = (commands.log(), done.outcome);
    let documents = enrollment_documents(log, course_id, id, done.pending).await?;
    let progress = lesson_progress(log, id, lesson_id, done.pending).await?.into();
    let course_progress = documents.enrollment.progress(&documents.course.lesson_ids).value();
    Ok(done.answer(ProgressAnswer { progress, course_progress }).into_response())
}

struct GoOn {
    course_id: CourseId,
    lesson_id: LessonId,
    report: Report,
    caller: Caller,
}

impl UseCase for GoOn {
    type Outcome = EnrollmentId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<EnrollmentId, Refusal> {
        let (mut learner, rights) = Learner::who_knows(work, &self.caller, self.course_id, now).await?;
        let lesson = learner.details()?.lesson(self.lesson_id);
        let Report { status, time_spent, quiz_score } = self.report;
        let command = RecordProgress {
            lesson_id: self.lesson_id,
            // Of a lesson that is not there the decision says so.
            lesson_quiz: lesson
                .map_or(LessonQuiz::None, |(_, lesson)| LessonQuiz::of(lesson.lesson_type, lesson.quiz_id)),
            status,
            time_spent,
            quiz_score,
            has_access: rights.holds(),
            lessons_now: learner.lessons_now()?,
            now,
        };
        learner.enrollment.decide(command).await?;
        learner.put(work).await?;
        Ok(EnrollmentId::of(self.caller.user_id, self.course_id))
    }

    fn names(&self) -> Option<StreamId> {
        Some(Enrollment::stream(EnrollmentId::of(self.caller.user_id, self.course_id)))
    }
}
