//! The courses of who was erased are put away.

use domain::course::RetireCourse;
use domain::{Course, User};
use events::{CourseId, Fold as _, Timestamp};
use read_models::views::load_orphaned_courses;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::Refusal;
use crate::commands::{Commands, Looks, Origin, UnitOfWork, UseCase};

/// The most that are put away after one look.
const MOST: i64 = 100;

/// Puts the courses of erased instructors away until `cancel`. It is no part of the erasure, which holds at once, with or
/// without a read side. Nothing is kept in between: what the read collections still show is what is left to do, so that
/// a failure, a restart or a second process changes nothing.
#[must_use]
pub fn start_retiring(commands: &Commands, cancel: CancellationToken) -> JoinHandle<()> {
    let commands = commands.clone();
    tokio::spawn(async move {
        let mut looks = Looks::until(cancel);
        while looks.next().await {
            if let Err(error) = retire_courses(&commands).await {
                tracing::warn!(?error, "the courses of erased instructors wait to be put away");
            }
        }
    })
}

/// One look.
async fn retire_courses(commands: &Commands) -> Result<(), Refusal> {
    for course_id in load_orphaned_courses(commands.log().database(), MOST).await? {
        retire(commands, course_id).await?;
    }
    Ok(())
}

/// The last thing that happened to its instructor is that they were erased.
async fn retire(commands: &Commands, course_id: CourseId) -> Result<(), Refusal> {
    let course = commands.log().load::<Course>(course_id).await?;
    let Some(details) = &course.state.details else { return Ok(()) };
    let origin = Origin::because_of_last(commands.log(), &User::stream(details.instructor_id)).await?;
    commands.run(&origin, &Retire { course_id }).await?;
    Ok(())
}

struct Retire {
    course_id: CourseId,
}

impl UseCase for Retire {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<(), Refusal> {
        let mut course = work.load::<Course>(self.course_id).await?;
        let Some(instructor) = course.state().details.as_ref().map(|details| details.instructor_id) else {
            return Ok(());
        };
        // The read collections only found it.
        if work.load::<User>(instructor).await?.state().present().is_some() {
            return Ok(());
        }
        course.decide(RetireCourse).await?;
        work.put(course);
        Ok(())
    }
}
