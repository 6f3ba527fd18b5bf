//! P5: projectors are killed in the middle of their batches.

use anyhow::{Result, bail, ensure};
use event_log::{AppendLimits, EventLog, HeadRecorder, HeadSigner, PublisherSettings, start_publisher};
use events::{Position, StoredEvent};
use read_models::{COURSES_PROJECTION, USERS_PROJECTION};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::history::History;
use super::wait::until;
use super::world::{PATIENCE, World, checkpoint};
use super::{Figure, Outcome, Part, Programs, Scale, audit, oracle};

const PROJECTIONS: [&str; 2] = [USERS_PROJECTION, COURSES_PROJECTION];

/// Kills projectors while they work through a backlog that grows. After every kill the documents must be the fold of
/// the log up to their checkpoint, no more and no less; in the end up to the head.
pub async fn run(programs: &Programs, scale: Scale) -> Outcome {
    let started = Instant::now();
    let (kills, step): (usize, u64) = (scale.of(2, 20), scale.of(1_500, 2_500));
    let world = World::start(programs, &[]).await?;
    let log = world.log().await?;
    let stop = CancellationToken::new();
    let appender = log.start_appender(AppendLimits::default(), stop.clone());
    // Published too: projectors get their events from NATS, as they do in earnest.
    let folder = tempfile::tempdir()?;
    let heads = HeadRecorder::new(HeadSigner::new(&[1; 32]), folder.path().join("heads"));
    let nats = world.nats_client().await?;
    let publisher = start_publisher(&log, &nats, &PublisherSettings::default(), heads, stop.clone());

    let mut history = History::default();
    let backlog = usize::try_from(step)? * 2;
    history.go_on(&log, backlog).await?;
    let mut middles = 0;
    for _ in 0..kills {
        let running = world.run(Part::Projectors).await?;
        let begun = least(&log).await?;
        // The log grows all the while, so that there is work at every moment.
        let killed = async {
            until("the projectors go on", PATIENCE, async || Ok(least(&log).await? >= begun + step / 2)).await?;
            let behind = least(&log).await? < log.head().await?.position;
            world.kill(running).await?;
            anyhow::Ok(behind)
        };
        let (grown, behind) = tokio::join!(history.go_on(&log, usize::try_from(step)?), killed);
        grown?;
        middles += usize::from(behind?);
        compare(&log).await?;
    }
    ensure!(middles > 0, "no kill came in the middle of the work");
    let _running = world.run(Part::Projectors).await?;
    let head = log.head().await?.position;
    until("the projectors have come to the head", PATIENCE, async || Ok(least(&log).await? >= head)).await?;
    let documents = compare(&log).await?;
    stop.cancel();
    appender.stopped().await;
    publisher.await?;
    let result = format!(
        "after each kill and at the end the documents equal the independent fold up to their checkpoint: {documents} \
         documents of {head} events; {middles} kills left a backlog"
    );
    Ok(vec![Figure::new("kill -9 of projectors mid-batch", format!("{kills} kills, {head} events"), result, started)])
}

async fn least(log: &EventLog) -> Result<Position> {
    let (users, courses) = (checkpoint(log, USERS_PROJECTION).await?, checkpoint(log, COURSES_PROJECTION).await?);
    Ok(users.min(courses))
}

/// Compares the documents of both projections with the fold up to its checkpoint; returns how many there are.
pub(super) async fn compare(log: &EventLog) -> Result<usize> {
    let events = audit::whole_log(log).await?;
    let mut count = 0;
    for projection in PROJECTIONS {
        count += compare_one(log, projection, &events).await?;
    }
    Ok(count)
}

async fn compare_one(log: &EventLog, projection: &'static str, events: &[StoredEvent]) -> Result<usize> {
    const TRIES: usize = 50;
    let collections = oracle::collections(projection);
    for _ in 0..TRIES {
        // The last commit of a killed worker may still arrive while its documents are being read.
        let position = checkpoint(log, projection).await?;
        let found = oracle::stored(log, collections).await?;
        if checkpoint(log, projection).await? != position {
            continue;
        }
        let known = audit::opened(log, &events[..usize::try_from(position)?]).await?;
        let mut wanted = oracle::fold(&known)?;
        wanted.retain(|(collection, _), _| collections.contains(collection));
        oracle::same(&found, &wanted).map_err(|error| error.context(format!("{projection} at {position}")))?;
        return Ok(found.len());
    }
    bail!("the checkpoint of {projection} moves and moves, with nobody to move it")
}
