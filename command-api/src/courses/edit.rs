//! What every change of a course that exists has in common.

use access::Caller;
use domain::Course;
use domain::course::{CourseCommand, Editor};
use events::{CourseId, Fold, StreamId, Timestamp};
use read_models::views::{Audience, CourseView};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service_kit::http::Success;

use super::create_course::CourseAnswer;
use super::editor;
use crate::Refusal;
use crate::commands::{Commands, Done, UnitOfWork, UseCase};
use crate::views::course_documents;

/// A command to a course by whoever calls.
pub(super) struct Edit<O, F> {
    pub(super) course_id: CourseId,
    pub(super) caller: Caller,
    /// What it is about: the course, or what is new in it.
    pub(super) outcome: O,
    /// The command, of who gives it.
    pub(super) command: F,
}

impl<O, F, C> UseCase for Edit<O, F>
where
    O: Copy + Serialize + DeserializeOwned + Send + Sync,
    F: Fn(Editor) -> C + Send + Sync,
    C: Into<CourseCommand> + Send,
{
    type Outcome = O;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<O, Refusal> {
        let by = editor(work, &self.caller).await?;
        let mut course = work.load::<Course>(self.course_id).await?;
        course.decide((self.command)(by)).await?;
        work.put(course);
        Ok(self.outcome)
    }

    fn names(&self) -> Option<StreamId> {
        Some(Course::stream(self.course_id))
    }
}

/// The course as its owner sees it after a command.
///
/// # Errors
/// 503 when it can't be read.
pub(super) async fn course_answer<O: Sync>(
    commands: &Commands,
    course_id: CourseId,
    done: &Done<O>,
) -> Result<Success<CourseAnswer>, Refusal> {
    let documents = course_documents(commands.log(), course_id, done.pending).await?;
    Ok(done.answer(CourseAnswer { course: CourseView::new(documents, Audience::Owner) }))
}
