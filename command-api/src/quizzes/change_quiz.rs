//! PATCH /quizzes/:id: a quiz is written anew, or goes with another lesson. Attempts keep what they were worth.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::quiz::{ChangeQuiz, QuizDetails};
use domain::values::{Score, ShortTitle};
use domain::{Course, Quiz};
use events::{Fold, LessonId, QuizId, StreamId, Timestamp};
use serde::Deserialize;
use serde_json::Number;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, Object, PathId};
use utoipa::ToSchema;

use super::create_quiz::{QuizAnswer, quiz_answer};
use super::lesson_of_quiz::attach;
use super::question::{NewQuestion, Written, passing_score, written};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Held, UnitOfWork, UseCase};
use crate::courses::editor;
use crate::fields::{clearable, given, parsed, uuid};

/// What is to change. What is missing, null or blank stays, save the lesson: null takes the quiz away from it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuizChanges {
    /// 1 to 200 characters.
    title: Option<String>,
    /// The lesson that it completes from now on; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    lesson_id: Option<Option<String>>,
    /// The least score that passes: 0 to 100, at most 2 decimals.
    #[schema(value_type = Option<f64>)]
    passing_score: Option<Number>,
    /// All the questions, in order, 1 to 200.
    #[schema(value_type = Option<Vec<NewQuestion>>)]
    questions: Option<Vec<Object<NewQuestion>>>,
}

/// The changes, read.
struct Changes {
    title: Option<ShortTitle>,
    lesson_id: Option<Option<LessonId>>,
    passing_score: Option<Score>,
    questions: Option<Written>,
}

impl QuizChanges {
    fn parse(self) -> Result<Changes, ApiError> {
        let mut fields = Fields::new();
        let changes = Changes {
            title: fields.optional_text("title", self.title, |text| parsed(ShortTitle::parse(text))),
            lesson_id: clearable(&mut fields, "lesson_id", self.lesson_id, uuid),
            passing_score: passing_score(&mut fields, self.passing_score),
            questions: self.questions.and_then(|questions| written(&mut fields, questions)),
        };
        fields.finish()?;
        Ok(changes)
    }
}

/// Changes a quiz.
#[utoipa::path(
    patch, path = "/quizzes/{id}", tag = "course", request_body = QuizChanges, security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The quiz")),
    responses(
        (status = 200, body = DataBody<QuizAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn change_quiz(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(quiz_id): PathId<QuizId>,
    JsonBody(body): JsonBody<QuizChanges>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let done = commands.run(&origin, &Change { quiz_id, changes: body.parse()?, caller }).await?;
    Ok(quiz_answer(&commands, quiz_id, &done).await?.into_response())
}

struct Change {
    quiz_id: QuizId,
    changes: Changes,
    caller: Caller,
}

impl UseCase for Change {
    type Outcome = QuizId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<QuizId, Refusal> {
        let by = editor(work, &self.caller).await?;
        let mut quiz = work.load::<Quiz>(self.quiz_id).await?;
        let mut course = work.load::<Course>(existing(&quiz)?.course_id).await?;
        course.state().editable_by(by)?;
        let Changes { title, lesson_id, passing_score, questions } = &self.changes;
        if let Some(written) = questions {
            written.must_replace(&existing(&quiz)?.questions)?;
        }
        let questions = questions.as_ref().map(|written| written.questions.clone());
        quiz.decide(ChangeQuiz { title: title.clone(), passing_score: *passing_score, questions }).await?;
        if let Some(lesson_id) = lesson_id {
            attach(&mut course, by, self.quiz_id, *lesson_id).await?;
        }
        work.put(course);
        work.put(quiz);
        Ok(self.quiz_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Quiz::stream(self.quiz_id))
    }
}

/// The quiz, which must be there.
///
/// # Errors
/// 404 when it is not.
pub(super) fn existing(quiz: &Held<Quiz>) -> Result<&QuizDetails, ApiError> {
    quiz.state().details.as_ref().ok_or_else(ApiError::not_found)
}
