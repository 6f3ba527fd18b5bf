//! Which course an answered question is of. Its path does not say so, and streams are found by their own id only: the
//! read side knows. Nothing is decided by it; the course's own stream has the last word.

use events::{CourseId, FaqId};
use read_models::COURSES_PROJECTION;
use read_models::views::load_faq;
use service_kit::http::ApiError;

use crate::Refusal;
use crate::commands::Commands;

/// # Errors
/// 404 when there is no such entry; 503 `read_model_behind` when the read side is too far behind to tell.
pub(super) async fn course_of_faq(commands: &Commands, id: FaqId) -> Result<CourseId, Refusal> {
    let database = commands.log().database();
    if let Some(entry) = load_faq(database, id).await? {
        return Ok(entry.course_id);
    }
    // It may be a moment old.
    if !commands.caught_up(&[COURSES_PROJECTION]).await? {
        return Err(ApiError::read_model_behind().into());
    }
    Ok(load_faq(database, id).await?.ok_or_else(ApiError::not_found)?.course_id)
}
