//! Who has done every lesson but those that were taken out has completed the course.

use domain::User;
use domain::enrollment::CompleteCourse;
use events::{CourseId, Position, Timestamp, UserId};
use read_models::EnrollmentCourse;
use read_models::views::{load_finished_learners, load_shrunk_courses};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::learner::Learner;
use crate::Refusal;
use crate::commands::{Commands, Looks, Origin, UnitOfWork, UseCase};

/// The most courses, and the most learners of one, that are read at once.
const AT_ONCE: i64 = 100;

/// Completes courses for whom nothing is left to do since lessons were taken out, until `cancel`. The read collections
/// find them, and the log decides. How far it has come is kept in memory only: whoever starts looks at every course that
/// ever lost a lesson once, and doing it twice changes nothing.
#[must_use]
pub fn start_completing(commands: &Commands, cancel: CancellationToken) -> JoinHandle<()> {
    let commands = commands.clone();
    tokio::spawn(async move {
        let mut seen = 0;
        let mut looks = Looks::until(cancel);
        while looks.next().await {
            if let Err(error) = complete_courses(&commands, &mut seen).await {
                tracing::warn!(?error, "learners wait for their courses to be completed");
            }
        }
    })
}

/// Looks at the courses that have lost lessons after position `seen`, which it moves.
async fn complete_courses(commands: &Commands, seen: &mut Position) -> Result<(), Refusal> {
    for course in load_shrunk_courses(commands.log().database(), *seen, AT_ONCE).await? {
        complete_course(commands, &course).await?;
        *seen = course.shrunk_at;
    }
    Ok(())
}

async fn complete_course(commands: &Commands, course: &EnrollmentCourse) -> Result<(), Refusal> {
    let mut after = None;
    let cause = commands.log().read_at(&[course.shrunk_at]).await?.pop();
    let origin = cause.as_ref().map_or_else(Origin::by_itself, Origin::because_of);
    loop {
        let finished = load_finished_learners(commands.log().database(), course, after, AT_ONCE).await?;
        let Some(last) = finished.last() else { return Ok(()) };
        after = Some(last.id);
        for learner in &finished {
            let (user_id, course_id) = (learner.user_id, course.id);
            commands.run(&origin, &Complete { user_id, course_id }).await?;
        }
    }
}

struct Complete {
    user_id: UserId,
    course_id: CourseId,
}

impl UseCase for Complete {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), Refusal> {
        let user = work.load::<User>(self.user_id).await?;
        if user.state().present().is_none() {
            return Ok(());
        }
        work.put(user);
        let mut learner = Learner::load(work, self.user_id, self.course_id).await?;
        let command = CompleteCourse { lessons_now: learner.lessons_now()?, now };
        learner.enrollment.decide(command).await?;
        learner.put(work).await
    }
}
