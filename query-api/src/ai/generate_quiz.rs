//! POST /ai/generate-quiz: questions about a lesson's text.

use access::Caller;
use ai_core::quiz::{Answer, Question, generate};
use domain::values::QuizMaterial;
use events::Role;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, RequestContext, Success};
use utoipa::ToSchema;

/// How many questions are made when nobody says.
const QUESTIONS: usize = 5;
/// The most questions.
const MAX_QUESTIONS: usize = 20;

/// What to ask about, and how much.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuizWanted {
    /// 1 to 100,000 characters: HTML, Markdown or plain text, in French or English.
    #[schema(nullable = false, required = true)]
    lesson_content: Option<String>,
    /// 1 to 20, 5 by default.
    #[schema(nullable = false, minimum = 1, maximum = 20)]
    num_questions: Option<i64>,
}

impl QuizWanted {
    fn parse(self) -> Result<(QuizMaterial, usize), ApiError> {
        let mut fields = Fields::new();
        let material = |text: &str| QuizMaterial::parse(text).map_err(|error| error.code());
        let content = fields.required_text("lesson_content", self.lesson_content, material);
        let count = fields.optional("num_questions", self.num_questions, |number| {
            usize::try_from(number).ok().filter(|count| (1..=MAX_QUESTIONS).contains(count)).ok_or("out_of_range")
        });
        fields.build(|| Some((content?, count.unwrap_or(QUESTIONS))))
    }
}

/// A quiz that can be posted to a course once it has a title.
#[derive(Serialize, ToSchema)]
pub(crate) struct GeneratedQuiz {
    quiz: QuizDraft,
}

#[derive(Serialize, ToSchema)]
struct QuizDraft {
    questions: Vec<QuestionDraft>,
}

/// A question as quizzes take it; of the fields of an answer, those of its type are there.
#[derive(Serialize, ToSchema)]
struct QuestionDraft {
    #[serde(rename = "type")]
    question_type: QuestionDraftType,
    question: String,
    /// What may be chosen (`single`).
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<String>>,
    /// The right one, counted from 0 (`single`).
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_index: Option<usize>,
    /// Whether it is so (`true_false`).
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<bool>,
    /// What is right to fill in (`cloze`).
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Vec<String>>,
    /// Why it is right.
    explanation: String,
    /// The sentence that it is from.
    source: String,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum QuestionDraftType {
    Single,
    TrueFalse,
    Cloze,
}

impl From<Question> for QuestionDraft {
    fn from(made: Question) -> Self {
        let mut draft = Self {
            question_type: QuestionDraftType::Single,
            question: made.question,
            choices: None,
            answer_index: None,
            answer: None,
            answers: None,
            explanation: made.explanation,
            source: made.source,
        };
        match made.answer {
            Answer::Single { choices, answer_index } => {
                (draft.choices, draft.answer_index) = (Some(choices), Some(answer_index));
            }
            Answer::TrueFalse { answer } => {
                (draft.question_type, draft.answer) = (QuestionDraftType::TrueFalse, Some(answer));
            }
            Answer::Cloze { answers } => {
                (draft.question_type, draft.answers) = (QuestionDraftType::Cloze, Some(answers));
            }
        }
        draft
    }
}

/// Makes questions from a lesson's text, for whoever teaches.
///
/// The same text gives the same questions. There are fewer than asked for when the text carries no more.
#[utoipa::path(
    post, path = "/ai/generate-quiz", tag = "ai", request_body = QuizWanted, security(("bearer" = [])),
    responses(
        (status = 200, body = DataBody<GeneratedQuiz>),
        (status = 400, description = "`validation_failed`, `unknown_field`, `malformed_body`; `invalid_content`: there is too little to ask about", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 413, description = "`payload_too_large`", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn generate_quiz(
    caller: Caller,
    context: RequestContext,
    JsonBody(body): JsonBody<QuizWanted>,
) -> Result<Success<GeneratedQuiz>, ApiError> {
    match caller.role {
        Role::Instructor | Role::Admin => {}
        Role::Learner => return Err(ApiError::forbidden()),
    }
    let (content, count) = body.parse()?;
    let fallback = super::language(context.language);
    // The longest texts take a tenth of a second: not on a thread that others wait for.
    let making = tokio::task::spawn_blocking(move || generate(content.as_str(), count, fallback));
    let made = making.await.map_err(ApiError::internal)?;
    let questions = made.map_err(|_| ApiError::bad_request("invalid_content"))?;
    Ok(Success::data(GeneratedQuiz { quiz: QuizDraft { questions: questions.into_iter().map(Into::into).collect() } }))
}
