//! P5, P6: learners and teachers do what they like, and everything adds up: each command answers what a small model in
//! memory foretells, each GET shows what it knows, and every read collection is the independent fold of the log.

mod commands;
mod model;
mod showing;
mod stage;

use anyhow::{Context, Result, ensure};
use event_log::EventLog;
use rand::SeedableRng;
use rand::rngs::StdRng;
use read_models::ALL_PROJECTIONS;
use tokio::time::Instant;

use super::people::ADMIN;
use super::wait::until;
use super::world::{PATIENCE, World, checkpoint};
use super::{Figure, Outcome, Part, Programs, Scale, audit, oracle};
use commands::Walk;
use stage::Stage;

/// How often everything is compared, the end included.
const STAGES: usize = 2;
/// A setting that takes the same walk again; else each is another.
const SEED: &str = "HAR_WALK_SEED";

/// Takes the walk. Learners act many at once, each on their own; lessons come, go and move between their turns, so that
/// what must come out is known.
pub async fn run(programs: &Programs, scale: Scale) -> Outcome {
    let started = Instant::now();
    let (learners, courses, commands) = scale.of((20, 2, 600), (200, 20, 20_000));
    let seed = std::env::var(SEED).ok().and_then(|text| text.parse().ok()).unwrap_or_else(rand::random);
    let taken = walk(programs, (learners, courses), commands, seed).await;
    let shown = taken.with_context(|| format!("the walk of {SEED}={seed}"))?;
    let size = format!("{learners} learners, {courses} courses, {commands} commands");
    let result = format!("{shown}; seed {seed}");
    Ok(vec![Figure::new("random walk of learners and teachers", size, result, started)])
}

async fn walk(programs: &Programs, size: (usize, usize), commands: usize, seed: u64) -> Result<String> {
    let world = World::start(programs, &ADMIN).await?;
    let (writing, reading) = (world.run(Part::CommandApi).await?, world.run(Part::QueryApi).await?);
    let _projectors = world.run(Part::Projectors).await?;
    let log = world.log().await?;
    let stage = Stage::set(writing.api()?, reading.api()?, size).await?;
    let mut walk = Walk::new(stage, StdRng::seed_from_u64(seed));
    let (mut documents, mut answers) = (0, 0);
    for number in 1..=STAGES {
        walk.go_on(&log, commands * number / STAGES).await?;
        let head = log.head().await?.position;
        answers = showing::compare(&walk, head).await?;
        documents = compare(&log, head).await?;
    }
    let head = log.head().await?.position;
    Ok(format!(
        "each answer was foretold, {} of them refusals; {documents} documents equal the independent fold of {head} \
         events; {answers} GETs equal the model",
        walk.refusals
    ))
}

/// Waits until every projection has come to the head, and compares all documents with the fold of the log; returns how
/// many there are.
async fn compare(log: &EventLog, head: u64) -> Result<usize> {
    let events = audit::opened(log, &audit::whole_log(log).await?).await?;
    ensure!(events.len() as u64 == head, "somebody writes still");
    let wanted = oracle::fold(&events)?;
    let mut count = 0;
    for projection in ALL_PROJECTIONS {
        let here = || async { Ok(checkpoint(log, projection).await? >= head) };
        until("a projection has come to the head", PATIENCE, here).await.context(*projection)?;
        let collections = oracle::collections(projection);
        let found = oracle::stored(log, collections).await?;
        let of_projection = wanted.iter().filter(|((collection, _), _)| collections.contains(collection));
        let wanted = of_projection.map(|(key, document)| (key.clone(), document.clone())).collect();
        oracle::same(&found, &wanted).context(*projection)?;
        count += found.len();
    }
    Ok(count)
}
