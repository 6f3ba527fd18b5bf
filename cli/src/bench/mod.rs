//! `har bench`: how fast the log and the projections are on this machine, on servers and data of their own.

mod append;
mod catalogue;
mod commits;
mod lab;
mod latency;
mod logins;
mod project;
mod quiet;
mod raw;
mod replay;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

/// What all benchmarks know.
#[derive(Args)]
pub struct Common {
    /// Write the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Folder for the throw-away data; on the disk that is to be measured. By default the system's temporary folder.
    #[arg(long)]
    dir: Option<PathBuf>,
}

/// What can be measured.
#[derive(Subcommand)]
pub enum Bench {
    /// Appending through the event log, against the driver's bare insert_one.
    Append(append::Options),
    /// The catalogue and a course's page, beside a bare axum route that returns the same bytes.
    Catalogue(catalogue::Options),
    /// What many logins at once do to those who only look at the catalogue, and to memory.
    Logins(logins::Options),
    /// Projecting events at random over many documents, and how long a command's effect takes to be visible.
    Project(project::Options),
    /// A large log verified, every projection rebuilt from it under readers, the audit trail searched.
    Replay(replay::Options),
}

/// Measures.
///
/// # Errors
/// When the servers can't be had, or one of them fails on the way.
pub async fn run(bench: Bench) -> anyhow::Result<()> {
    match bench {
        Bench::Append(options) => append::run(&options).await,
        Bench::Catalogue(options) => catalogue::run(&options).await,
        Bench::Logins(options) => logins::run(&options).await,
        Bench::Project(options) => project::run(&options).await,
        Bench::Replay(options) => replay::run(&options).await,
    }
}

/// The machine that the figures are of.
#[derive(Serialize)]
struct Machine {
    processor: String,
    cores: usize,
    optimised: bool,
}

impl Machine {
    fn this() -> Self {
        let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        Self {
            processor: model.map_or_else(|| "unknown".to_owned(), |(_, name)| name.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            optimised: !cfg!(debug_assertions),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cores, {}; mongod and nats-server on the same machine", self.cores, self.processor)?;
        if self.optimised {
            Ok(())
        } else {
            f.write_str("\nNOT OPTIMISED: build with --release for figures that count")
        }
    }
}
