//! `har bench replay`: what operators do with a large log: verify it, rebuild every projection from it under readers, and
//! search the audit trail. All of it in one run, on the same events, so that the bare cursor is the yardstick of each.

mod happenings;
mod history;
mod rebuilding;
mod searching;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::ensure;
use bson::{RawDocumentBuf, doc};
use clap::Args;
use event_log::{EventLog, VerifyOptions};
use futures::TryStreamExt as _;
use read_models::{ALL_PROJECTIONS, Positions};
use serde::Serialize;
use tests::{AppOptions, Servers, TestApp};
use tokio_util::sync::CancellationToken;

use self::history::History;
use self::rebuilding::{Reads, Rebuilt};
use self::searching::Search;
use super::quiet::{all_caught_up, written_down};
use super::{Common, Machine};
use crate::bar::bar;
use crate::output::say;

/// The database of both apps: the one without projections that writes the log, the one that replays it.
const DATABASE: &str = "bench_replay";
/// The longest that publication and the projections may take to come to the end of the log.
const SETTLE_LIMIT: Duration = Duration::from_secs(900);

/// What is measured.
#[derive(Args)]
pub struct Options {
    /// Events of the log.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..=20_000_000))]
    events: u32,
    /// Searches of each kind.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    searches: u32,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Report {
    machine: Machine,
    events: u64,
    appended_per_second: f64,
    scanned_per_second: f64,
    verified_per_second: f64,
    rebuilt: Vec<Rebuilt>,
    reads: Reads,
    searches: Vec<Search>,
}

/// Measures and tells.
///
/// # Errors
/// When a commit fails, the log does not verify, a rebuild or an answer is not as it must be.
///
/// # Panics
/// When a server can't be had, or the product does not start.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let quiet = options.common.json;
    let _ = Servers::with_memory();
    let settings = HashMap::from([("HAR_MONGODB_DATABASE".to_owned(), DATABASE.to_owned())]);
    let app = TestApp::start(AppOptions { settings: settings.clone(), ..AppOptions::without_projections() }).await;
    let mut history = History::new();
    let progress = bar("writing", u64::from(options.events), quiet);
    let started = Instant::now();
    history.tell(&app.log, options.events, |events| progress.set_position(events)).await?;
    let appending = started.elapsed();
    progress.finish_and_clear();
    let events = app.head().await;
    settle(&app, &[]).await?;
    let scanned_per_second = scan(&app.log, events).await?;
    let verified_per_second = verify(&app.log, events, quiet).await?;
    // From nothing, so that there is something to compare with, and to read.
    rebuilding::fill(&app, events, quiet).await?;
    app.stop().await;

    let app = TestApp::start(AppOptions { settings, ..AppOptions::default() }).await;
    let admin = app.admin().await;
    settle(&app, ALL_PROJECTIONS).await?;
    let (rebuilt, reads) = rebuilding::under_readers(&app, &admin, &history, quiet).await?;
    settle(&app, ALL_PROJECTIONS).await?;
    let searches = searching::run(&app, &admin, &mut history, options.searches).await?;
    app.log.database().drop().await?;
    app.stop().await;
    let report = Report {
        machine: Machine::this(),
        events,
        appended_per_second: rate(events, appending.as_secs_f64()),
        scanned_per_second,
        verified_per_second,
        rebuilt,
        reads,
        searches,
    };
    if quiet {
        say(serde_json::to_string_pretty(&report)?);
    } else {
        tell(&report);
    }
    Ok(())
}

/// Waits until nothing is left to do but what is measured next.
async fn settle(app: &TestApp, projections: &[&str]) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let _guard = stop.clone().drop_guard();
    let positions = Positions::start(&app.log, app.nats.clone(), stop);
    all_caught_up(&app.log, &app.nats, &positions, projections, SETTLE_LIMIT).await?;
    written_down(&app.log).await
}

#[allow(clippy::cast_precision_loss, reason = "events are far below 2^52")]
fn rate(events: u64, seconds: f64) -> f64 {
    events as f64 / seconds.max(f64::EPSILON)
}

/// The yardstick: every document of the log through one cursor, in the order of the log, looked at by nobody.
async fn scan(log: &EventLog, events: u64) -> anyhow::Result<f64> {
    let started = Instant::now();
    let raw = log.database().collection::<RawDocumentBuf>("events");
    let mut documents = raw.find(doc! {}).sort(doc! { "_id": 1 }).batch_size(5_000).await?;
    let mut count = 0;
    while documents.try_next().await?.is_some() {
        count += 1;
    }
    ensure!(count == events, "{count} documents of {events} events");
    Ok(rate(events, started.elapsed().as_secs_f64()))
}

async fn verify(log: &EventLog, events: u64, quiet: bool) -> anyhow::Result<f64> {
    let progress = bar("verifying", events, quiet);
    let started = Instant::now();
    let advance = |checked| progress.inc(checked);
    let found = log.verify(&VerifyOptions { from: 1, to: None, deadline: None, progress: &advance }).await?;
    progress.finish_and_clear();
    ensure!(found.first_bad.is_none() && found.checked == events, "{found:?}");
    Ok(rate(events, started.elapsed().as_secs_f64()))
}

fn tell(report: &Report) {
    let Report { machine, events, appended_per_second, scanned_per_second, verified_per_second, .. } = report;
    let of_scan = |rate: f64| rate / scanned_per_second * 100.0;
    say(machine);
    say("");
    say(format_args!("{events} events, appended at {appended_per_second:.0}/s"));
    say(format_args!("bare cursor: {scanned_per_second:.0} events/s"));
    say(format_args!(
        "verified: {verified_per_second:.0} events/s, {:.0} % of the cursor",
        of_scan(*verified_per_second)
    ));
    say("rebuilt under readers:");
    for Rebuilt { projection, seconds, events_per_second, compared, differing } in &report.rebuilt {
        say(format_args!(
            "  {projection:<14} {seconds:>6.1} s, {events_per_second:>8.0} events/s, {:>3.0} % of the cursor; {compared} \
             documents compared, {differing} differ",
            of_scan(*events_per_second)
        ));
    }
    let Reads { count, failed, p99_ms } = report.reads;
    say(format_args!("  meanwhile {count} reads, {failed} failed, p99 {p99_ms:.1} ms"));
    say("audit trail searched, 100 events an answer at most:");
    for Search { by, figures, slowest_ms } in &report.searches {
        say(format_args!(
            "  by {by:<12} p50 {:.1} ms, p99 {:.1} ms, slowest {slowest_ms:.1} ms",
            figures.p50_ms, figures.p99_ms
        ));
    }
}
