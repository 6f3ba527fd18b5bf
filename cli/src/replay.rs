//! `har replay`: projections rebuilt from the log, with a bar for each.

use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use command_api::Refusal;
use command_api::admin::rebuild_projection::request_rebuild;
use command_api::commands::Commands;
use read_models::views::load_rebuild;
use read_models::{ALL_PROJECTIONS, Positions, Rebuild, RebuildState};
use serde::Serialize;
use service_kit::clock::Clock;
use tokio_util::sync::CancellationToken;

use crate::bar::bar;
use crate::deployment::Deployment;
use crate::output::say;

/// How often it is looked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What to rebuild.
#[derive(Args)]
pub struct Replay {
    /// The projection.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    name: Option<String>,
    /// All of them.
    #[arg(long)]
    all: bool,
    /// Tell the outcome as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Outcome {
    projection: String,
    state: &'static str,
    position: u64,
    seconds: f64,
    events_per_second: f64,
    compared: Option<u64>,
    differing: Option<u64>,
    examples: Vec<String>,
    error: Option<String>,
}

/// Rebuilds. The projectors that run do it, or this process where none do; either way it is on the audit trail.
///
/// # Errors
/// When there is no such projection, a server is away, or a rebuild does not come to its end.
pub async fn run(replay: Replay) -> anyhow::Result<()> {
    let names = match &replay.name {
        Some(name) => vec![known(name)?],
        None => ALL_PROJECTIONS.to_vec(),
    };
    let deployment = Deployment::open().await?;
    let appending = deployment.append();
    let stop = CancellationToken::new();
    let projections = projectors::all();
    read_models::ensure(deployment.log.database(), &projectors::collections(&projections)).await?;
    // Whoever has the lease works: a projector that runs, or this.
    let rebuilders = projectors::start_rebuilders(&deployment.log, projections, &stop);
    let positions = Positions::start(&deployment.log, deployment.nats.clone(), stop.clone());
    let clock = Clock::new(deployment.settings.clock_offset);
    let commands = Commands::new(deployment.log.clone(), positions, clock, deployment.settings.read_wait);
    let outcomes = rebuild(&deployment, &commands, &names, replay.json).await;
    stop.cancel();
    rebuilders.ended().await?;
    appending.end().await?;
    let outcomes = outcomes?;
    if replay.json {
        say(serde_json::to_string_pretty(&outcomes)?);
    } else {
        outcomes.iter().for_each(tell);
    }
    if outcomes.iter().any(|outcome| outcome.state != RebuildState::Done.as_str()) {
        bail!("not every projection was rebuilt");
    }
    Ok(())
}

fn known(name: &str) -> anyhow::Result<&'static str> {
    let known = ALL_PROJECTIONS.iter().copied().find(|known| *known == name);
    known.with_context(|| format!("no projection {name}; there are: {}", ALL_PROJECTIONS.join(", ")))
}

async fn rebuild(
    deployment: &Deployment,
    commands: &Commands,
    names: &[&'static str],
    json: bool,
) -> anyhow::Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for name in names {
        let started = Instant::now();
        let id = request_rebuild(commands, name).await.map_err(|refusal| refused(name, &refusal))?;
        let head = deployment.log.head().await?.position;
        let bar = bar(name, head, json);
        let rebuilt = loop {
            let found = load_rebuild(deployment.log.database(), name).await?;
            match found.filter(|found| found.rebuild_id == id.to_string()) {
                Some(found) if found.state.is_over() => break found,
                Some(found) => {
                    bar.set_length(found.target.max(found.position));
                    bar.set_position(found.position);
                }
                None => {}
            }
            tokio::time::sleep(LOOK_EVERY).await;
        };
        bar.finish_and_clear();
        outcomes.push(Outcome::of(rebuilt, started.elapsed()));
    }
    Ok(outcomes)
}

impl Outcome {
    fn of(rebuild: Rebuild, took: Duration) -> Self {
        let verification = rebuild.verification.as_ref();
        #[allow(clippy::cast_precision_loss)]
        let events_per_second = rebuild.position as f64 / took.as_secs_f64();
        Self {
            state: rebuild.state.as_str(),
            position: rebuild.position,
            seconds: took.as_secs_f64(),
            events_per_second,
            compared: verification.map(|found| found.compared),
            differing: verification.map(|found| found.differing),
            examples: verification.map(|found| found.examples.clone()).unwrap_or_default(),
            error: rebuild.error,
            projection: rebuild.projection,
        }
    }
}

fn refused(name: &str, refusal: &Refusal) -> anyhow::Error {
    match refusal {
        Refusal::Api(error) => anyhow!("{name} is not rebuilt: {error} {}", error.cause().unwrap_or_default()),
        Refusal::Duplicate => anyhow!("{name} is not rebuilt: asked for already"),
    }
}

fn tell(outcome: &Outcome) {
    let Outcome { projection, state, position, seconds, events_per_second, .. } = outcome;
    say(format_args!("{projection}: {state} at {position} in {seconds:.1} s, {events_per_second:.0} events/s"));
    if let (Some(compared), Some(differing)) = (outcome.compared, outcome.differing) {
        say(format_args!("  {compared} documents compared with those that served, {differing} differed"));
    }
    outcome.examples.iter().for_each(|example| say(format_args!("    {example}")));
    if let Some(error) = &outcome.error {
        say(format_args!("  {error}"));
    }
}
