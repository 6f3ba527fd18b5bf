//! POST /quizzes/:id/attempts: somebody answers a quiz. The server scores it; a score that passes completes the lesson.

use access::Caller;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::enrollment::RecordAttempt;
use domain::quiz::{AnswerValue, MAX_QUESTIONS, QuizDetails, SubmittedAnswer};
use domain::quiz_attempt::{AttemptOutcome, SubmitAttempt};
use domain::values::{ChoiceText, Choices, ValueError};
use domain::{Quiz, QuizAttempt};
use events::{AttemptId, Fold, QuestionId, QuizId, StreamId, Timestamp};
use http::StatusCode;
use read_models::views::AttemptView;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, FieldError, Fields, JsonBody, Object, PathId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change_quiz::existing;
use super::lesson_of_quiz::lessons_of;
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::courses::{Learner, acting_role};
use crate::fields::{parsed, uuid};
use crate::views::attempt_document;

/// What the caller answers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttempt {
    /// The answers, in any order. A question that is left out counts as wrong.
    #[schema(nullable = false, required = true, value_type = Vec<NewAnswer>)]
    answers: Option<Vec<Object<NewAnswer>>>,
}

/// The answer to one question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    /// The question.
    #[schema(nullable = false, required = true)]
    question_id: Option<String>,
    /// A choice, choices, true or false, or words of at most 500 characters; null or blank leaves the question out.
    answer: Option<AnswerInput>,
}

/// An answer, by the type of its question. Choices are counted from 0.
#[derive(Deserialize, ToSchema)]
// Serde says so when none fits; the words before the colon tell a wrong type, as its own do.
#[serde(untagged, expecting = "invalid type: not a choice, choices, true or false, or words")]
enum AnswerInput {
    /// To a single choice.
    Index(i64),
    /// To a multiple choice.
    Indexes(Vec<i64>),
    /// To a true or false.
    Truth(bool),
    /// To a gap.
    Text(String),
}

impl NewAttempt {
    fn parse(self) -> Result<Vec<SubmittedAnswer>, ApiError> {
        let mut fields = Fields::new();
        let answers = fields.required("answers", self.answers, |answers| {
            let too_many = answers.len() > MAX_QUESTIONS;
            if too_many { Err(ValueError::TooMany { max: MAX_QUESTIONS }.code()) } else { Ok(answers) }
        });
        let read = |(place, Object(answer)): (usize, Object<NewAnswer>)| answer.parse(place, &mut fields);
        let read: Vec<Option<SubmittedAnswer>> = answers.into_iter().flatten().enumerate().map(read).collect();
        fields.build(|| read.into_iter().collect())
    }
}

impl NewAnswer {
    fn parse(self, place: usize, fields: &mut Fields) -> Option<SubmittedAnswer> {
        let question_id: Option<QuestionId> =
            fields.required_text(&format!("answers[{place}].question_id"), self.question_id, uuid);
        let answer = fields.optional(&format!("answers[{place}].answer"), self.answer, AnswerInput::parse);
        Some(SubmittedAnswer { question_id: question_id?, answer: answer.flatten() })
    }
}

impl AnswerInput {
    /// The answer; none for a blank.
    fn parse(self) -> Result<Option<AnswerValue>, FieldError> {
        let index = |number| u32::try_from(number).map_err(|_| ValueError::OutOfRange);
        let value = match self {
            Self::Index(number) => index(number).map(AnswerValue::Index),
            Self::Indexes(numbers) if numbers.len() > Choices::MAX => Err(ValueError::TooMany { max: Choices::MAX }),
            Self::Indexes(numbers) => {
                numbers.into_iter().map(index).collect::<Result<_, _>>().map(AnswerValue::Indexes)
            }
            Self::Truth(value) => Ok(AnswerValue::Truth(value)),
            Self::Text(text) if text.trim().is_empty() => return Ok(None),
            Self::Text(text) => ChoiceText::parse(&text).map(AnswerValue::Text),
        };
        parsed(value).map(Some)
    }
}

/// An attempt under its name.
#[derive(Serialize, ToSchema)]
pub struct AttemptAnswer {
    /// The attempt, with what would have been right.
    attempt: AttemptView,
}

/// Answers a quiz, as often as one likes; the best attempt counts. For whom the course is open to.
#[utoipa::path(
    post, path = "/quizzes/{id}/attempts", tag = "course", request_body = NewAttempt, security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The quiz")),
    responses(
        (status = 201, body = DataBody<AttemptAnswer>),
        (status = 400, description = "validation_failed, unknown_field, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "no_access, user_suspended", body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn submit_attempt(
    State(commands): State<Commands>,
    caller: Caller,
    context: CommandContext,
    PathId(quiz_id): PathId<QuizId>,
    JsonBody(body): JsonBody<NewAttempt>,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let use_case = Submit { attempt_id: AttemptId::new(Uuid::now_v7()), quiz_id, answers: body.parse()?, caller };
    let done = commands.run(&origin, &use_case).await?;
    let attempt = attempt_document(commands.log(), done.outcome).await?;
    Ok(done.answer(AttemptAnswer { attempt: attempt.into() }).created().into_response())
}

struct Submit {
    attempt_id: AttemptId,
    quiz_id: QuizId,
    answers: Vec<SubmittedAnswer>,
    caller: Caller,
}

impl UseCase for Submit {
    type Outcome = AttemptId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<AttemptId, Refusal> {
        let role = acting_role(work, &self.caller).await?;
        let quiz = work.load::<Quiz>(self.quiz_id).await?;
        let details = existing(&quiz)?.clone();
        let mut learner = Learner::load(work, self.caller.user_id, details.course_id).await?;
        let rights = learner.rights(work, role, now)?;
        if !rights.knows_course() {
            return Err(ApiError::not_found().into());
        }
        if !rights.opens_lesson(learner.details()?.previews_quiz(self.quiz_id)) {
            return Err(ApiError::new(StatusCode::FORBIDDEN, "no_access").into());
        }
        let mut attempt = work.load::<QuizAttempt>(self.attempt_id).await?;
        let lessons = lessons_of(learner.details()?, self.quiz_id);
        let quiz_now = QuizDetails { lesson_id: lessons.first().copied(), ..details };
        let (attempt_id, user_id, answers) = (self.attempt_id, self.caller.user_id, self.answers.clone());
        attempt.decide(SubmitAttempt { attempt_id, user_id, quiz: quiz_now, answers }).await?;
        // Who writes the course tries its quizzes, and strangers those of previews: that counts for nobody's progress.
        let counts = rights.is_enrolled() && rights.holds();
        if let (true, Some(AttemptOutcome { score, passed })) = (counts, attempt.state().outcome) {
            for lesson_id in lessons {
                let lessons_now = learner.lessons_now()?;
                learner.enrollment.decide(RecordAttempt { lesson_id, score, passed, lessons_now, now }).await?;
            }
        }
        learner.put(work).await?;
        work.put(quiz);
        work.put(attempt);
        Ok(attempt_id)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Quiz::stream(self.quiz_id))
    }
}
