//! Every projection rebuilt, one after the other, while readers read.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use command_api::Refusal;
use command_api::admin::rebuild_projection::request_rebuild;
use read_models::views::load_rebuild;
use read_models::{ALL_PROJECTIONS, Rebuild, RebuildState};
use serde::Serialize;
use tests::people::Person;
use tests::{Client, TestApp};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::history::History;
use super::rate;
use crate::bar::bar;
use crate::bench::latency::Figures;

const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often a rebuild is asked for while the server is busy.
const TRIES: u32 = 50;
const READERS: usize = 4;
/// Between two reads of one reader: they are to notice what fails, not to take the processors.
const PAUSE: Duration = Duration::from_millis(20);

/// One projection, rebuilt.
#[derive(Serialize)]
pub(super) struct Rebuilt {
    pub(super) projection: &'static str,
    /// From the request to the swap's end.
    pub(super) seconds: f64,
    /// Events of the log over that time.
    pub(super) events_per_second: f64,
    pub(super) compared: u64,
    pub(super) differing: u64,
}

/// What the readers had of it.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Reads {
    pub(super) count: usize,
    pub(super) failed: usize,
    pub(super) p99_ms: f64,
}

/// Rebuilds every projection of an app that has none running.
///
/// # Errors
/// When one does not come to its end.
pub(super) async fn fill(app: &TestApp, events: u64, quiet: bool) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let rebuilders = projectors::start_rebuilders(&app.log, projectors::all(), &stop);
    for projection in ALL_PROJECTIONS {
        rebuild(app, projection, events, quiet).await?;
    }
    stop.cancel();
    rebuilders.ended().await?;
    Ok(())
}

/// Rebuilds every projection of an app that runs, under readers.
///
/// # Errors
/// When one does not come to its end, or differs from what served.
pub(super) async fn under_readers(
    app: &TestApp,
    admin: &Person,
    history: &History,
    quiet: bool,
) -> anyhow::Result<(Vec<Rebuilt>, Reads)> {
    let stop = CancellationToken::new();
    let readers: Vec<_> = (0..READERS).map(|reader| read(app, paths(history, reader), admin, stop.clone())).collect();
    let mut rebuilt = Vec::new();
    for projection in ALL_PROJECTIONS.iter().copied() {
        let events = app.head().await;
        let started = Instant::now();
        let record = rebuild(app, projection, events, quiet).await?;
        let seconds = started.elapsed().as_secs_f64();
        let verification = record.verification.with_context(|| format!("{projection} was not compared"))?;
        ensure!(verification.differing == 0, "{projection}: {verification:?}");
        rebuilt.push(Rebuilt {
            projection,
            seconds,
            events_per_second: rate(events, seconds),
            compared: verification.compared,
            differing: verification.differing,
        });
    }
    stop.cancel();
    let (mut samples, mut failed) = (Vec::new(), 0);
    for reader in readers {
        let (own, own_failed) = reader.await?;
        samples.extend(own);
        failed += own_failed;
    }
    let count = samples.len();
    let p99_ms = Figures::of(samples, Duration::from_secs(1)).p99_ms;
    Ok((rebuilt, Reads { count, failed, p99_ms }))
}

async fn rebuild(app: &TestApp, projection: &'static str, events: u64, quiet: bool) -> anyhow::Result<Rebuild> {
    let mut tries = 0;
    let id = loop {
        match request_rebuild(&app.commands.commands, projection).await {
            Ok(id) => break id,
            Err(Refusal::Api(error)) if error.status().is_server_error() && tries < TRIES => tries += 1,
            Err(Refusal::Api(error)) => bail!("{projection}: {error}"),
            Err(Refusal::Duplicate) => bail!("{projection}: asked for already"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    let progress = bar(projection, events, quiet);
    loop {
        // A busy server may be late with it; it is asked again.
        let found = load_rebuild(app.log.database(), projection).await.unwrap_or_default();
        if let Some(found) = found.filter(|found| found.rebuild_id == id.to_string()) {
            if found.state.is_over() {
                progress.finish_and_clear();
                ensure!(found.state == RebuildState::Done, "{projection}: {found:?}");
                return Ok(found);
            }
            progress.set_position(found.position);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What a reader asks for, over and over.
fn paths(history: &History, reader: usize) -> Vec<String> {
    let course = history.courses.get(reader).map_or_else(String::new, |course| course.id.to_string());
    let user = history.people.get(reader).map_or_else(String::new, ToString::to_string);
    vec![
        "/courses?sort_by=popular".to_owned(),
        "/courses?search=excel".to_owned(),
        format!("/courses/{course}"),
        format!("/auth/users/{user}"),
        format!("/admin/users/{user}"),
        format!("/user/{user}/entitlements"),
        format!("/transactions?user_id={user}"),
        "/enrollments".to_owned(),
    ]
}

/// Reads until it is told to stop; how long each answer took, and how many were anything but 200.
fn read(
    app: &TestApp,
    paths: Vec<String>,
    admin: &Person,
    stop: CancellationToken,
) -> JoinHandle<(Vec<Duration>, usize)> {
    let (client, token) = (Client::clone(app), admin.token.clone());
    tokio::spawn(async move {
        let (mut samples, mut failed) = (Vec::new(), 0);
        for path in paths.iter().cycle() {
            if stop.is_cancelled() {
                break;
            }
            let started = Instant::now();
            let answer = client.get(path).bearer(&token).send().await;
            samples.push(started.elapsed());
            if answer.status != 200 {
                eprintln!("failed after {:?}: GET {path}: {answer}", started.elapsed());
                failed += 1;
            }
            tokio::time::sleep(PAUSE).await;
        }
        (samples, failed)
    })
}
