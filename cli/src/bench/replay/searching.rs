//! The audit trail searched, as admins do it, through HTTP: each search is an event itself, and waits for the index.

use std::time::{Duration, Instant};

use anyhow::ensure;
use rand::RngExt as _;
use serde::Serialize;
use tests::TestApp;
use tests::people::Person;

use super::history::History;
use crate::bench::latency::Figures;

/// Searches by one thing.
#[derive(Serialize)]
pub(super) struct Search {
    pub(super) by: &'static str,
    pub(super) figures: Figures,
    pub(super) slowest_ms: f64,
}

/// Searches so often by each thing.
///
/// # Errors
/// When an answer is anything but 200, or finds nothing.
pub(super) async fn run(
    app: &TestApp,
    admin: &Person,
    history: &mut History,
    searches: u32,
) -> anyhow::Result<Vec<Search>> {
    let mut found = Vec::new();
    for by in ["actor", "subject", "correlation", "time", "stream"] {
        let (mut samples, started) = (Vec::new(), Instant::now());
        for _ in 0..searches {
            let path = format!("/admin/audit/events?{}", query(by, history));
            let asked = Instant::now();
            let answer = app.get(&path).bearer(&admin.token).send().await;
            samples.push(asked.elapsed());
            ensure!(answer.status == 200, "{path}: {answer}");
            let events = answer.data()["events"].as_array().map_or(0, Vec::len);
            ensure!(events > 0 || by == "actor", "{path} finds nothing");
        }
        let slowest = samples.iter().max().map_or(Duration::ZERO, |slowest| *slowest);
        let figures = Figures::of(samples, started.elapsed());
        found.push(Search { by, figures, slowest_ms: slowest.as_secs_f64() * 1_000.0 });
    }
    Ok(found)
}

fn query(by: &str, history: &mut History) -> String {
    let someone = history.someone().map(|user_id| user_id.to_string()).unwrap_or_default();
    match by {
        "actor" => format!("actor_id={someone}"),
        "subject" => format!("subject_id={someone}"),
        "correlation" => {
            let count = history.correlations.len();
            let at = if count > 0 { history.random.random_range(0..count) } else { 0 };
            format!("correlation_id={}", history.correlations.get(at).copied().unwrap_or_default())
        }
        "time" => {
            let share = history.random.random_range(0.01..0.95);
            format!("from={}&to={}", history.time_at(share), history.time_at(share + 0.05))
        }
        _ => format!("stream_type=user&stream_id={someone}"),
    }
}
