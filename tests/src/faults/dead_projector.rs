//! P6 and P8: the projectors are dead.

use std::time::Duration;

use anyhow::{Result, ensure};
use event_log::EventLog;
use read_models::{COURSES_PROJECTION, USERS_PROJECTION, lease_name};
use reqwest::StatusCode;
use tokio::time::Instant;

use super::load::is_refusal;
use super::wait::until;
use super::world::{PATIENCE, World, checkpoint, lease};
use super::{Figure, Outcome, Part, Programs, Scale};

/// How long commands may wait for the read side here: so long that whoever waits for the dead is seen.
const READ_WAIT_MS: &str = "8000";
/// Within this a command that waits for nobody must have answered.
const AT_ONCE: Duration = Duration::from_secs(4);

/// Kills the projectors. Once their leases have run out commands must answer at once, and say `pending`; reads must go
/// on, and say how far they are. When the projectors are back, all must be as before.
pub async fn run(programs: &Programs, scale: Scale) -> Outcome {
    let started = Instant::now();
    let people = scale.of(3, 30);
    let world = World::start(programs, &[("HAR_READ_WAIT_MS", READ_WAIT_MS)]).await?;
    let (commands, queries) = (world.run(Part::CommandApi).await?, world.run(Part::QueryApi).await?);
    let projectors = world.run(Part::Projectors).await?;
    let (commands, queries, log) = (commands.api()?, queries.api()?, world.log().await?);
    let before = commands.register("before@example.org", None).await?;
    ensure!(before.status == StatusCode::CREATED && !before.is_pending(), "with projectors: {}", before.shown());
    world.kill(projectors).await?;
    until("the leases have run out", PATIENCE, async || nobody_holds(&log).await).await?;

    let known = before.number("x-position")?;
    let (mut slowest, mut last) = (Duration::ZERO, 0);
    for person in 0..people {
        let answer = commands.register(&format!("person-{person}@example.org"), None).await?;
        ensure!(answer.status == StatusCode::CREATED, "without projectors: {}", answer.shown());
        ensure!(answer.is_pending(), "a command without projectors does not say that it is pending");
        ensure!(answer.took <= AT_ONCE, "a command waited for the dead: {}", answer.shown());
        (slowest, last) = (slowest.max(answer.took), answer.number("x-position")?);
    }
    for (path, projection) in [("/courses", COURSES_PROJECTION), ("/auth/profile", USERS_PROJECTION)] {
        let token = before.text("/data/token")?;
        let read = queries.get(path, Some(token), None).await?;
        ensure!(read.status == StatusCode::OK, "GET {path} without projectors: {}", read.shown());
        let (says, is) = (read.number("x-position")?, checkpoint(&log, projection).await?);
        // The checkpoint follows a position that moved over ignored events within a second, or not any more.
        ensure!((is..=known).contains(&says), "GET {path} says {says}: not from {is}, the checkpoint, to {known}");
        let early = queries.get(path, Some(token), Some(last)).await?;
        is_refusal(&early)?;
        ensure!(early.code() == "read_model_behind", "GET {path} from position {last}: {}", early.shown());
    }

    let _projectors = world.run(Part::Projectors).await?;
    let read = async || {
        let read = queries.get("/courses", None, None).await?;
        Ok(read.status == StatusCode::OK && read.number("x-position")? >= last)
    };
    until("the reads have caught up", PATIENCE, read).await?;
    let after = commands.register("after@example.org", None).await?;
    ensure!(after.status == StatusCode::CREATED && !after.is_pending(), "projectors are back: {}", after.shown());
    let result = format!(
        "commands answered 201 with `X-Projection: pending`, the slowest after {slowest:.1?}; reads went on with the \
         checkpoint's position; all caught up when they were back"
    );
    Ok(vec![Figure::new("projectors dead", format!("{people} commands"), result, started)])
}

async fn nobody_holds(log: &EventLog) -> Result<bool> {
    for projection in [USERS_PROJECTION, COURSES_PROJECTION] {
        if lease(log, &lease_name(projection)).await?.is_some_and(|(_, live)| live) {
            return Ok(false);
        }
    }
    Ok(true)
}
