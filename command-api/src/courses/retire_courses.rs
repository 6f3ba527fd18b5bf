//! The courses of who was erased are put away.

use std::time::Duration;

use domain::course::RetireCourse;
use domain::{Course, User};
use events::{CorrelationId, CourseId, Timestamp};
use read_models::views::load_orphaned_courses;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::Refusal;
use crate::commands::{Commands, Origin, UnitOfWork, UseCase};

/// How often such courses are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The most that are put away after one look.
const MOST: i64 = 100;

/// Puts the courses of erased instructors away until `cancel`. It is no part of the erasure, which holds at once, with or
/// without a read side. Nothing is kept in between: what the read collections still show is what is left to do, so that
/// a failure, a restart or a second process changes nothing.
#[must_use]
pub fn start_retiring(commands: &Commands, cancel: CancellationToken) -> JoinHandle<()> {
    let commands = commands.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if let Err(error) = retire_courses(&commands).await {
                tracing::warn!(?error, "the courses of erased instructors wait to be put away");
            }
        }
    })
}

/// One look.
async fn retire_courses(commands: &Commands) -> Result<(), Refusal> {
    for course_id in load_orphaned_courses(commands.log().database(), MOST).await? {
        // Nobody waits for it to be seen.
        let origin = Origin { prefer_async: true, ..Origin::system(CorrelationId::new(Uuid::now_v7())) };
        commands.run(&origin, &Retire { course_id }).await?;
    }
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
