//! P4 and P9: NATS is restarted, then stopped and its store deleted, under load.

use std::time::Duration;

use anyhow::Result;
use tokio::time::Instant;

use super::load::{Reader, Writers, newcomer};
use super::wait::until;
use super::world::{PATIENCE, World};
use super::{Figure, Outcome, Part, Programs, Scale, audit};

const WRITERS: usize = 8;
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Takes NATS away twice. Commands and reads must go on meanwhile; afterwards the stream must be completed: the log,
/// nothing missed, nothing doubled.
pub async fn run(programs: &Programs, scale: Scale) -> Outcome {
    let started = Instant::now();
    let meanwhile = scale.of(30, 300);
    let mut world = World::start(programs, &[]).await?;
    let (commands, queries) = (world.run(Part::CommandApi).await?, world.run(Part::QueryApi).await?);
    let _projectors = world.run(Part::Projectors).await?;
    let mut accounts = Vec::new();
    let (account, token) = newcomer(&commands.api()?, "reader@example.org").await?;
    accounts.push(account);
    let reader = Reader::start(&queries.api()?, &token);
    let writers = Writers::start(&commands.api()?, "writer", WRITERS);
    writers.until_more(meanwhile).await?;
    for wipe in [false, true] {
        world.nats.stop(STOP_LIMIT).await?;
        writers.until_more(meanwhile).await?;
        progress(&reader).await?;
        if wipe {
            world.nats.wipe_and_restart().await?;
        } else {
            world.nats.restart().await?;
        }
        writers.until_more(meanwhile).await?;
        progress(&reader).await?;
    }
    let reads = reader.answers();
    let slowest_read = reader.finish().await?;
    let harvest = writers.finish().await?;
    let (broken, refusals) = (harvest.broken, harvest.refusals);
    anyhow::ensure!(broken + refusals == 0, "{broken} requests died and {refusals} were refused");
    accounts.extend(harvest.acknowledged);

    let log = world.log().await?;
    let events = audit::whole_log(&log).await?;
    audit::registered_once(&log, &events, &accounts).await?;
    audit::stream_is_log(&world.nats_client().await?, &log, &events).await?;
    let result = format!(
        "{} commands and {reads} reads answered, none refused, slowest read {slowest_read:.1?}; stream = log, {} events, \
         nothing missing or doubled",
        accounts.len(),
        events.len()
    );
    let size = format!("1 restart, 1 deletion, {WRITERS} writers, {meanwhile} commands without NATS each time");
    Ok(vec![Figure::new("NATS restarted; stopped and wiped", size, result, started)])
}

/// Waits until the reader has been answered again.
async fn progress(reader: &Reader) -> Result<()> {
    let before = reader.answers();
    until("reads go on", PATIENCE, async || Ok(reader.answers() >= before + 10)).await?;
    Ok(())
}
