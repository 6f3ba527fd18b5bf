//! Who edits a course.

use access::Caller;
use domain::User;
use domain::course::Editor;
use service_kit::http::ApiError;

use crate::Refusal;
use crate::commands::UnitOfWork;

/// The caller as the decision sees them: with the role they have now, and guarded, so that a role that is taken away in
/// the same instant decides nothing any more.
pub(crate) async fn editor(work: &mut UnitOfWork<'_>, caller: &Caller) -> Result<Editor, Refusal> {
    let user = work.load::<User>(caller.user_id).await?;
    let role = user.state().account.as_ref().map(|account| account.role).ok_or_else(ApiError::unauthorized)?;
    work.put(user);
    Ok(Editor { user_id: caller.user_id, role })
}
