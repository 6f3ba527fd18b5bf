//! `har bench logins`: what many logins at once do to those who only look at the catalogue, and to memory.
//!
//! Hashing a password costs 19 MiB and tens of milliseconds of a core on purpose, so that the number of hashes at a time
//! is all that keeps a crowd from slowing everybody else down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use futures::future::join_all;
use serde::Serialize;
use serde_json::json;
use tests::people::PASSWORD;
use tests::{AppOptions, Client, Person, TestApp};

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

#[derive(Serialize)]
struct Report {
    machine: Machine,
    logins: u32,
    readers: u32,
    /// GET /courses by itself.
    alone: Figures,
    /// GET /courses while all log in.
    beside: Figures,
    login: Figures,
    /// Logins that were told to come again (503): they waited too long, or too many waited.
    turned_away: usize,
    /// Mebibytes of this process, with all of the product in it, before the logins.
    memory_before_mib: u64,
    /// Its greatest so far, after them.
    memory_peak_mib: u64,
}

/// Measures and tells.
///
/// # Errors
/// When what was measured can't be told.
///
/// # Panics
/// When a server can't be had, or the product does not answer as it should.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = furnish(&app).await;
    let readers = options.readers as usize;
    let (alone, ()) = read_while(&app, readers, tokio::time::sleep(Duration::from_secs(options.seconds))).await;
    let memory_before_mib = memory("VmRSS");
    let (beside, (login, turned_away)) = read_while(&app, readers, log_in(&app, &learner, options.logins)).await;
    let report = Report {
        machine: Machine::this(),
        logins: options.logins,
        readers: options.readers,
        alone,
        beside,
        login,
        turned_away,
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
async fn furnish(app: &TestApp) -> Person {
    let admin = app.admin().await;
    for number in 1..=COURSES {
        let draft = app.draft(&admin, &format!("Excel, tome {number}")).await;
        let _ = app.post(&format!("/courses/{}/publish", draft.id)).bearer(&admin.token).send().await.expect(200);
    }
    app.learner().await
}

/// Looks at the catalogue, over and over, until something else has ended.
async fn read_while<T>(app: &TestApp, readers: usize, until: impl Future<Output = T>) -> (Figures, T) {
    let stop = Arc::new(AtomicBool::new(false));
    let started = Instant::now();
    let reading: Vec<_> =
        (0..readers).map(|_| tokio::spawn(read(app.at(app.addresses.gateway), stop.clone()))).collect();
    let result = until.await;
    stop.store(true, Ordering::Relaxed);
    let samples = join_all(reading).await.into_iter().flatten().flatten().collect();
    (Figures::of(samples, started.elapsed()), result)
}

async fn read(client: Client, stop: Arc<AtomicBool>) -> Vec<Duration> {
    let mut samples = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let started = Instant::now();
        let _ = client.get("/courses").send().await.expect(200);
        samples.push(started.elapsed());
    }
    samples
}

/// Logs somebody in that often, all at once; also says how many were told to come again.
async fn log_in(app: &TestApp, person: &Person, logins: u32) -> (Figures, usize) {
    let body = json!({ "email": person.email, "password": PASSWORD });
    let started = Instant::now();
    let login = async || {
        let started = Instant::now();
        let answer = app.post("/auth/login").respond_async().json(&body).send().await;
        if answer.status == 503 {
            return None;
        }
        let _ = answer.expect(200);
        Some(started.elapsed())
    };
    let answered = join_all((0..logins).map(|_| login())).await;
    let samples: Vec<_> = answered.iter().flatten().copied().collect();
    let turned_away = answered.len() - samples.len();
    (Figures::of(samples, started.elapsed()), turned_away)
}

/// A line of `/proc/self/status`, in mebibytes; 0 where there is none.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

fn tell(report: &Report) {
    let Report { machine, logins, readers, alone, beside, login, turned_away, memory_before_mib, memory_peak_mib } =
        report;
    say(machine);
    say("");
    say(format!("GET /courses, {readers} clients:"));
    for (what, figures) in [("alone", alone), ("beside the logins", beside)] {
        let Figures { rate, p50_ms, p99_ms, .. } = figures;
        say(format!("  {what:<18} {rate:>7.0} /s   p50 {p50_ms:.2} ms   p99 {p99_ms:.2} ms"));
    }
    say(format!("  {:<18} {:.2} times the median", "", beside.p50_ms / alone.p50_ms.max(f64::EPSILON)));
    let Figures { count, rate, p50_ms, p99_ms } = login;
    say(format!(
        "{logins} logins at once: {rate:.0} /s; half were answered after {p50_ms:.0} ms, 99 % after {p99_ms:.0} ms"
    ));
    say(format!("  {count} signed in, {turned_away} were told to come again"));
    say(format!("memory of the process: {memory_before_mib} MiB before, {memory_peak_mib} MiB at most"));
}
