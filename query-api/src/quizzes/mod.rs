//! Queries of quizzes, in the Course service.

mod list_attempts;
mod show_quiz;

use access::{Access, Caller, Content};
use domain::Quiz;
use domain::quiz::QuizDetails;
use events::QuizId;
use service_kit::http::ApiError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{QueryDeps, Reads};

/// What a quiz is read from.
const READ: [&str; 2] = [read_models::COURSES_PROJECTION, read_models::QUIZZES_PROJECTION];

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new().routes(routes!(show_quiz::show_quiz)).routes(routes!(list_attempts::list_attempts))
}

/// What opens of the course of a quiz to a caller, and whether the quiz does, by the word of the log.
struct Asked {
    content: Content,
    opens: bool,
}

impl Asked {
    /// # Errors
    /// 404 when there is no such quiz, or its course is a secret to the caller; 503 when the log can't be asked.
    async fn about(reads: &Reads, access: &Access, caller: &Caller, id: QuizId) -> Result<Self, ApiError> {
        let quiz = reads.log().load::<Quiz>(id).await.map_err(|error| access::log_failure(&error))?;
        let QuizDetails { course_id, .. } = *quiz.state.details.as_ref().ok_or_else(ApiError::not_found)?;
        let content = access.content(caller, course_id).await?;
        if !content.rights.knows_course() {
            return Err(ApiError::not_found());
        }
        let opens = content.rights.opens_lesson(content.course()?.previews_quiz(id));
        Ok(Self { content, opens })
    }
}

fn no_access() -> ApiError {
    ApiError::new(http::StatusCode::FORBIDDEN, "no_access")
}
