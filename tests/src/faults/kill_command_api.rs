//! P1 to P4: command-api is killed again and again while 64 clients register people.

use anyhow::ensure;
use tokio::time::Instant;

use super::load::Writers;
use super::world::World;
use super::{Figure, Outcome, Part, Programs, Scale, audit};

const WRITERS: usize = 64;
/// Commands acknowledged between two kills.
const BETWEEN: u64 = 80;

/// Kills command-api under load; whoever lost their answer sends the same request again, with the same key. In the end
/// each acknowledged command must be in the log once, the log whole, and the stream equal to it.
pub async fn run(programs: &Programs, scale: Scale) -> Outcome {
    let started = Instant::now();
    let kills = scale.of(2, 20);
    let world = World::start(programs, &[]).await?;
    let mut running = world.run(Part::CommandApi).await?;
    let writers = Writers::start(&running.api()?, "writer", WRITERS);
    for _ in 0..kills {
        writers.until_more(BETWEEN).await?;
        let port = world.kill(running).await?;
        running = world.run_at(Part::CommandApi, port).await?;
    }
    writers.until_more(BETWEEN).await?;
    let harvest = writers.finish().await?;
    ensure!(harvest.broken > 0, "no request died: nothing was killed in the middle");

    let log = world.log().await?;
    let events = audit::whole_log(&log).await?;
    audit::registered_once(&log, &events, &harvest.acknowledged).await?;
    audit::stream_is_log(&world.nats_client().await?, &log, &events).await?;
    let again = harvest.acknowledged.iter().filter(|command| command.sent > 1).count();
    let replayed = harvest.acknowledged.iter().filter(|command| command.replayed).count();
    let result = format!(
        "{} commands acknowledged, each in the log once; {} requests died, {again} commands were sent again, of which \
         {replayed} had been carried out; {} events, positions contiguous, chain unbroken, stream = log",
        harvest.acknowledged.len(),
        harvest.broken,
        events.len()
    );
    let size = format!("{kills} kills, {WRITERS} writers");
    Ok(vec![Figure::new("kill -9 of command-api under load", size, result, started)])
}
