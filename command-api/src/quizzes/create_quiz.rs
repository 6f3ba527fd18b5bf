//! POST /courses/:id/quizzes: a quiz is written for a course, and perhaps for one of its lessons.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::quiz::CreateQuiz;
use domain::values::{Score, ShortTitle};
use domain::{Course, Quiz};
use events::{CourseId, Fold, QuizId, StreamId, Timestamp};
use read_models::views::{Audience, QuizView};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, Object, PathId, Success};
use utoipa::ToSchema;
use uuid::Uuid;

use super::lesson_of_quiz::{attach, lessons_of};
use super::question::{NewQuestion, Written, passing_score, written};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, Done, UnitOfWork, UseCase};
use crate::courses::editor;
use crate::fields::{parsed, uuid};
use crate::views::quiz_document;

/// A new quiz.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuiz {
    /// 1 to 200 characters.
    #[schema(nullable = false, required = true)]
    title: Option<String>,
    /// The lesson that it completes; it has this quiz from now on.
    lesson_id: Option<String>,
    /// The least score that passes: 0 to 100, at most 2 decimals; 60 by default.
    #[schema(value_type = Option<f64>)]
    passing_score: Option<Number>,
    /// 1 to 200 questions.
    #[schema(nullable = false, required = true, value_type = Vec<NewQuestion>)]
    questions: Option<Vec<Object<NewQuestion>>>,
}

impl NewQuiz {
    fn parse(self, course_id: CourseId) -> Result<(CreateQuiz, Written), ApiError> {
        let mut fields = Fields::new();
        let title = fields.required_text("title", self.title, |text| parsed(ShortTitle::parse(text)));
        let lesson_id = fields.optional_text("lesson_id", self.lesson_id, uuid);
        let passing_score = passing_score(&mut fields, self.passing_score);
        let questions = fields.required("questions", self.questions, Ok::<_, &str>);
        let questions = questions.and_then(|questions| written(&mut fields, questions));
        fields.build(|| {
            let written = questions?;
            let command = CreateQuiz {
                quiz_id: QuizId::new(Uuid::now_v7()),
                course_id,
                lesson_id,
                title: title?,
                passing_score: passing_score.unwrap_or_else(Score::default_passing),
                questions: written.questions.clone(),
            };
            Some((command, written))
        })
    }
}

/// A quiz under its name.
#[derive(Serialize, ToSchema)]
pub struct QuizAnswer {
    /// The quiz.
    quiz: QuizView,
}

/// Writes a quiz for a course.
#[utoipa::path(
    post, path = "/courses/{id}/quizzes", tag = "course", request_body = NewQuiz, security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The course")),
    responses(
        (status = 201, body = DataBody<QuizAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "forbidden, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn create_quiz(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(course_id): PathId<CourseId>,
    JsonBody(body): JsonBody<NewQuiz>,
) -> Result<Response, Refusal> {
    let (command, written) = body.parse(course_id)?;
    // There is nothing yet that a question could take the place of.
    written.must_replace(&[])?;
    let origin = context.origin(Some(&caller));
    let done = commands.run(&origin, &Create { command, caller }).await?;
    Ok(quiz_answer(&commands, done.outcome, &done).await?.created().into_response())
}

struct Create {
    command: CreateQuiz,
    caller: Caller,
}

impl UseCase for Create {
    type Outcome = QuizId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<QuizId, Refusal> {
        let CreateQuiz { quiz_id, course_id, lesson_id, .. } = self.command;
        let by = editor(work, &self.caller).await?;
        let mut course = work.load::<Course>(course_id).await?;
        attach(&mut course, by, quiz_id, lesson_id).await?;
        let mut quiz = work.load::<Quiz>(quiz_id).await?;
        quiz.decide(self.command.clone()).await?;
        work.put(course);
        work.put(quiz);
        Ok(quiz_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Course::stream(self.command.course_id))
    }
}

/// The quiz as the log has it, whole.
///
/// # Errors
/// 404 when it is gone meanwhile; 503 when the log can't be read.
pub(super) async fn quiz_answer<O: Sync>(
    commands: &Commands,
    id: QuizId,
    done: &Done<O>,
) -> Result<Success<QuizAnswer>, Refusal> {
    let log = commands.log();
    let quiz = quiz_document(log, id, None).await?;
    let course = log.load::<Course>(quiz.course_id).await?;
    let lesson_id = course.state.details.as_ref().and_then(|details| lessons_of(details, id).into_iter().min());
    Ok(done.answer(QuizAnswer { quiz: QuizView::new(quiz, lesson_id, Audience::Owner) }))
}
