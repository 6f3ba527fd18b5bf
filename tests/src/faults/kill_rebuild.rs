//! P5: projectors are killed while they rebuild, and while the new collections take the place of the others.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use event_log::{AppendLimits, EventLog};
use futures::TryStreamExt;
use read_models::{COURSES_PROJECTION, REBUILDS, Rebuild, RebuildState, USERS_PROJECTION};
use reqwest::Method;
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::api::Api;
use super::history::History;
use super::kill_projectors::compare;
use super::load::Reader;
use super::people::{ADMIN, success};
use super::wait::until;
use super::world::{PATIENCE, Running, World, checkpoint};
use super::{Figure, Outcome, Part, Programs, Scale};

const PROJECTIONS: [&str; 2] = [USERS_PROJECTION, COURSES_PROJECTION];
/// How often one moment is waited for: a swap takes milliseconds, and may be over before it is seen.
const TRIES: usize = 40;
/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// Kills projectors in the middle of rebuilds and of swaps. Others must go on from where they were: in the end the new
/// documents serve, equal to the independent fold, nothing is left over, and no read has failed meanwhile.
pub async fn run(programs: &Programs, scale: Scale) -> Outcome {
    let started = Instant::now();
    let (kills, events) = scale.of((1, 4_000), (10, 60_000));
    let world = World::start(programs, &ADMIN).await?;
    let (writing, reading) = (world.run(Part::CommandApi).await?, world.run(Part::QueryApi).await?);
    let (commands, log) = (writing.api()?, world.log().await?);
    let admin = success(commands.login(ADMIN[0].1, None).await?)?;
    let admin = admin.text("/data/token")?.to_owned();
    fill(&log, events).await?;

    let mut killing = Killing { world: &world, log: &log, commands, admin, kills: [0; 2] };
    let mut projectors = world.run(Part::Projectors).await?;
    killing.caught_up().await?;
    let reader = Reader::start(&reading.api()?, &killing.admin);
    for number in 0..kills {
        for moment in [RebuildState::Running, RebuildState::Swapping] {
            let projection = PROJECTIONS[number % PROJECTIONS.len()];
            projectors = killing.kill_at(projectors, projection, moment).await?;
        }
    }
    let reads = reader.answers();
    let slowest = reader.finish().await?;
    let documents = compare(&log).await?;
    let left: Vec<String> = log.database().list_collection_names().await?;
    let left: Vec<String> = left.into_iter().filter(|name| name.contains("__")).collect();
    ensure!(left.is_empty(), "left over: {left:?}");
    let [building, swapping] = killing.kills;
    let result = format!(
        "{building} killed while it folded, {swapping} while it swapped; each was gone on with; {documents} documents equal \
         the independent fold, no collection is left over; {reads} reads meanwhile, none failed, slowest {slowest:.1?}"
    );
    let size = format!("{} kills, {} events", building + swapping, log.head().await?.position);
    Ok(vec![Figure::new("kill -9 in rebuilds and swaps", size, result, started)])
}

async fn fill(log: &EventLog, events: usize) -> Result<()> {
    let stop = CancellationToken::new();
    let appender = log.start_appender(AppendLimits::default(), stop.clone());
    History::default().go_on(log, events).await?;
    stop.cancel();
    appender.stopped().await;
    Ok(())
}

struct Killing<'a> {
    world: &'a World,
    log: &'a EventLog,
    commands: Api,
    admin: String,
    /// How many kills came while documents were folded, and while they were swapped.
    kills: [usize; 2],
}

impl Killing<'_> {
    /// Has a projection rebuilt, kills who does it at that moment, and has others go on; gives these.
    async fn kill_at(&mut self, mut projectors: Running, projection: &str, moment: RebuildState) -> Result<Running> {
        for _ in 0..TRIES {
            let before = self.record(projection).await?.map(|rebuild| rebuild.rebuild_id);
            let path = format!("/admin/projections/{projection}/rebuild");
            let asked = self.commands.insist(Method::POST, &path, Some(&self.admin), Some(&json!({}))).await?;
            success(asked).context("asking for a rebuild")?;
            self.wait_for(projection, before.as_deref(), moment).await?;
            let port = self.world.kill(projectors).await?;
            let found = self.record(projection).await?.context("no record of it")?;
            projectors = self.world.run_at(Part::Projectors, port).await?;
            let done = async || Ok(self.record(projection).await?.is_some_and(|now| now.state == RebuildState::Done));
            until("the rebuild is gone on with", PATIENCE, done).await?;
            let now = self.record(projection).await?.context("no record of it")?;
            ensure!(now.rebuild_id == found.rebuild_id, "another rebuild was begun");
            self.caught_up().await?;
            if found.state == moment {
                self.kills[usize::from(moment == RebuildState::Swapping)] += 1;
                return Ok(projectors);
            }
        }
        anyhow::bail!("{TRIES} rebuilds were over before they were seen {}", moment.as_str())
    }

    /// Waits until the new rebuild has come so far, or farther: then the moment was missed.
    async fn wait_for(&self, projection: &str, before: Option<&str>, moment: RebuildState) -> Result<()> {
        let started = Instant::now();
        loop {
            let record = self.record(projection).await?.filter(|now| Some(now.rebuild_id.as_str()) != before);
            if record.is_some_and(|now| now.state == moment && now.written > 0 || now.state.is_over()) {
                return Ok(());
            }
            ensure!(started.elapsed() < PATIENCE, "the rebuild of {projection} does not begin");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn record(&self, projection: &str) -> Result<Option<Rebuild>> {
        let records = self.log.database().collection::<Rebuild>(REBUILDS.name);
        let mut found = records.find(bson::doc! { "_id": projection }).await?;
        Ok(found.try_next().await?)
    }

    async fn caught_up(&self) -> Result<()> {
        let head = self.log.head().await?.position;
        for projection in PROJECTIONS {
            let here = async || Ok(checkpoint(self.log, projection).await? >= head);
            until("the projections have come to the head", PATIENCE, here).await?;
        }
        Ok(())
    }
}
