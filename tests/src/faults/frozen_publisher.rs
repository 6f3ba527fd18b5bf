//! P4: the process that publishes is frozen past its lease, and woken.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use async_nats::jetstream::{self, stream};
use event_log::{EventLog, PUBLISHER_LEASE};
use tokio::time::Instant;

use super::load::Writers;
use super::wait::until;
use super::world::{PATIENCE, World, lease};
use super::{Figure, Outcome, Part, Programs, Scale, audit};

const WRITERS: usize = 8;
/// Commands that the other process must have taken meanwhile, and that it has published.
const MEANWHILE: u64 = 30;

/// Two processes write; one of them publishes and is frozen in the middle of it until the other has taken over and
/// published more. What it still sends when it wakes up must neither double nor reorder anything, even when NATS has
/// forgotten the message ids, as it has after two minutes.
pub async fn run(programs: &Programs, scale: Scale) -> Outcome {
    let started = Instant::now();
    let freezes = scale.of(2, 10);
    let world = World::start(programs, &[]).await?;
    let (log, nats) = (world.log().await?, world.nats_client().await?);
    let first = world.run(Part::CommandApi).await?;
    until("somebody publishes", PATIENCE, async || Ok(lease(&log, PUBLISHER_LEASE).await?.is_some_and(|it| it.1)))
        .await?;
    let second = world.run(Part::CommandApi).await?;
    let loads = [Writers::start(&first.api()?, "one", WRITERS), Writers::start(&second.api()?, "two", WRITERS)];
    for writers in &loads {
        writers.until_more(WRITERS as u64).await?;
    }
    publishes(&log, &nats).await?;
    let created = stream(&log, &nats).await?.cached_info().created;
    let processes = [&first.process, &second.process];
    for round in 0..freezes {
        // Whoever was frozen has lost the lease to the other: they take turns.
        let (holder, other) = (round % 2, (round + 1) % 2);
        let (epoch, _) = lease(&log, PUBLISHER_LEASE).await?.context("no lease")?;
        processes[holder].suspend()?;
        until("the other has taken over", PATIENCE, async || {
            Ok(lease(&log, PUBLISHER_LEASE).await?.is_some_and(|(now, live)| live && now > epoch))
        })
        .await?;
        publishes(&log, &nats).await?;
        forget_ids(&log, &nats).await?;
        loads[other].until_more(MEANWHILE).await?;
        publishes(&log, &nats).await?;
        processes[holder].resume()?;
        loads[holder].until_more(WRITERS as u64).await?;
    }
    let mut accounts = Vec::new();
    for writers in loads {
        accounts.extend(writers.finish().await?.acknowledged);
    }
    // A stream that was doubled or reordered would be noticed by the publisher, and made anew: too late for readers.
    ensure!(stream(&log, &nats).await?.cached_info().created == created, "the stream had to be made anew");
    let events = audit::whole_log(&log).await?;
    audit::registered_once(&log, &events, &accounts).await?;
    audit::stream_is_log(&nats, &log, &events).await?;
    let result = format!("stream = log, {} events, nothing doubled or out of order", events.len());
    let size = format!("{freezes} freezes, 2 processes, {} writers", 2 * WRITERS);
    Ok(vec![Figure::new("the publisher frozen past its lease", size, result, started)])
}

async fn stream(log: &EventLog, nats: &async_nats::Client) -> Result<stream::Stream> {
    Ok(jetstream::new(nats.clone()).get_stream(log.names().stream_name()).await?)
}

/// Waits until what is in the log now is in the stream.
async fn publishes(log: &EventLog, nats: &async_nats::Client) -> Result<()> {
    let head = log.head().await?.position;
    until("the log is published", PATIENCE, async || {
        // In the beginning there is no stream.
        let stream = stream(log, nats).await;
        Ok(stream.is_ok_and(|stream| stream.cached_info().state.last_sequence >= head))
    })
    .await?;
    Ok(())
}

/// Lets NATS forget the ids of messages after a tenth of a second, the least that it takes, until a publisher takes
/// over and puts that right.
async fn forget_ids(log: &EventLog, nats: &async_nats::Client) -> Result<()> {
    let config = stream(log, nats).await?.cached_info().config.clone();
    let short = stream::Config { duplicate_window: Duration::from_millis(100), ..config };
    jetstream::new(nats.clone()).update_stream(short).await?;
    Ok(())
}
