//! `har bench logins`: what many logins at once do to those who only look at the catalogue, and to memory.
//!
//! Hashing a password costs 19 MiB and tens of milliseconds of a core on purpose, so that the number of hashes at a time
//! is all that keeps a crowd from slowing everybody else down.

use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use futures::future::try_join_all;
use serde::Serialize;
use serde_json::json;
use tests::people::PASSWORD;
use tests::{AppOptions, Client, Person, Request, TestApp};
use tokio_util::sync::CancellationToken;

use super::latency::Figures;
use super::{Common, Machine};
use crate::output::say;

/// Courses in the catalogue.
const COURSES: usize = 20;

/// What is measured.
#[derive(Args)]
pub struct Options {
    /// Logins at once.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=512))]
    logins: u32,
    /// Clients that look at the catalogue.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    readers: u32,
    /// Seconds of looking at the catalogue alone.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    #[command(flatten)]
    common: Common,
}

/// Requests of one kind: those that were answered, and how many were told to come again (503).
#[derive(Serialize)]
struct Answered {
    #[serde(flatten)]
    figures: Figures,
    turned_away: usize,
}

#[derive(Serialize)]
struct Report {
    machine: Machine,
    logins: u32,
    readers: u32,
    /// GET /courses by itself.
    alone: Answered,
    /// GET /courses while all log in.
    beside: Answered,
    login: Answered,
    /// Mebibytes of this process, with all of the product in it, before the logins.
    memory_before_mib: u64,
    /// Its greatest so far, after them.
    memory_peak_mib: u64,
}

/// Measures and tells.
///
/// # Errors
/// When the product answers otherwise than with success or 503.
///
/// # Panics
/// When a server can't be had, or the product does not start.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = furnish(&app).await?;
    let readers = options.readers as usize;
    let rest = async {
        tokio::time::sleep(Duration::from_secs(options.seconds)).await;
        Ok(())
    };
    let (alone, ()) = read_while(&app, readers, rest).await?;
    let memory_before_mib = memory("VmRSS");
    let (beside, login) = read_while(&app, readers, log_in(&app, &learner, options.logins)).await?;
    let report = Report {
        machine: Machine::this(),
        logins: options.logins,
        readers: options.readers,
        alone,
        beside,
        login,
        memory_before_mib,
        memory_peak_mib: memory("VmHWM"),
    };
    app.stop().await;
    if options.common.json {
        say(serde_json::to_string_pretty(&report)?);
    } else {
        tell(&report);
    }
    Ok(())
}

/// A catalogue, and somebody who logs in.
async fn furnish(app: &TestApp) -> anyhow::Result<Person> {
    let admin = app.admin().await;
    for number in 1..=COURSES {
        let draft = app.draft(&admin, &format!("Excel, tome {number}")).await;
        timed(app.post(&format!("/courses/{}/publish", draft.id)).bearer(&admin.token)).await?;
    }
    Ok(app.learner().await)
}

/// How long an answer took; none when it was to come again.
async fn timed(request: Request) -> anyhow::Result<Option<Duration>> {
    let started = Instant::now();
    let answer = request.send().await;
    let took = started.elapsed();
    ensure!(matches!(answer.status, 200 | 503), "{answer}");
    Ok((answer.status == 200).then_some(took))
}

impl Answered {
    fn of(answers: impl IntoIterator<Item = Option<Duration>>, elapsed: Duration) -> Self {
        let (samples, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Option::is_some);
        let samples = samples.into_iter().flatten().collect();
        Self { figures: Figures::of(samples, elapsed), turned_away: refused.len() }
    }
}

/// Looks at the catalogue, over and over, until something else has ended.
async fn read_while<T>(
    app: &TestApp,
    readers: usize,
    until: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<(Answered, T)> {
    let stop = CancellationToken::new();
    let started = Instant::now();
    // In tasks of their own, so that they don't wait for each other's turn.
    let reading: Vec<_> =
        (0..readers).map(|_| tokio::spawn(read(app.at(app.addresses.gateway), stop.clone()))).collect();
    let result = until.await;
    stop.cancel();
    let mut answers = Vec::new();
    for reader in reading {
        answers.extend(reader.await??);
    }
    Ok((Answered::of(answers, started.elapsed()), result?))
}

async fn read(client: Client, stop: CancellationToken) -> anyhow::Result<Vec<Option<Duration>>> {
    let mut answers = Vec::new();
    while !stop.is_cancelled() {
        answers.push(timed(client.get("/courses")).await?);
    }
    Ok(answers)
}

/// Logs somebody in that often, all at once.
async fn log_in(app: &TestApp, person: &Person, logins: u32) -> anyhow::Result<Answered> {
    let body = json!({ "email": person.email, "password": PASSWORD });
    let started = Instant::now();
    let login = || timed(app.post("/auth/login").respond_async().json(&body));
    let answers = try_join_all((0..logins).map(|_| login())).await?;
    Ok(Answered::of(answers, started.elapsed()))
}

/// A line of `/proc/self/status`, in mebibytes; 0 where there is none.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

fn tell(report: &Report) {
    let Report { machine, logins, readers, alone, beside, login, memory_before_mib, memory_peak_mib } = report;
    say(machine);
    say("");
    say(format!("GET /courses, {readers} clients; {logins} logins at once:"));
    for (what, answered) in [("alone", alone), ("beside the logins", beside), ("the logins", login)] {
        let Answered { figures: Figures { count, rate, p50_ms, p99_ms }, turned_away } = answered;
        say(format!(
            "  {what:<18} {count:>6} answered ({rate:.0} /s), p50 {p50_ms:.1} ms, p99 {p99_ms:.1} ms; {turned_away} were told to come again"
        ));
    }
    if beside.figures.count > 0 {
        let times = beside.figures.p50_ms / alone.figures.p50_ms.max(f64::EPSILON);
        say(format!("GET /courses beside the logins takes {times:.2} times the median"));
    }
    say(format!("memory of the process: {memory_before_mib} MiB before, {memory_peak_mib} MiB at most"));
}
