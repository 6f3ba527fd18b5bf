//! `har`: Har Academy's command line.
//!
//! | File | Command |
//! |---|---|
//! | `dev/` | `har dev`: the whole product on this machine |
//! | `demo/` | the accounts and courses that `har dev` begins with |
//! | `admin` | `har admin create` |
//! | `ai` | `har ai eval`: how good AI Core is |
//! | `keys` | `har keys rotate`, `har keys list` |
//! | `payments` | `har payments reconcile`: the log held against the payment provider's book |
//! | `replay` | `har replay`: projections rebuilt |
//! | `audit`, `archive` | `har audit verify`, `export`, `import` |
//! | `operations` | `har log stats`, `har projections`, `har streams show`, `har jetstream rebuild` |
//! | `deployment` | what those work on: the settings' servers, or those of the `har dev` that runs here |
//! | `bench/` | `har bench append`, `har bench project` |
//! | `prove` | `har prove`: the promises, under faults; `har run`: one process, for it |
//! | `openapi`, `settings` | `har openapi`, `har settings`: print the document, the table of settings |
//! | `output`, `bar` | how commands write to people |

mod admin;
mod ai;
mod archive;
mod audit;
mod bar;
mod bench;
mod demo;
mod deployment;
mod dev;
mod keys;
mod openapi;
mod operations;
mod output;
mod payments;
mod prove;
mod replay;
mod settings;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Har Academy: sells and serves courses.
#[derive(Parser)]
#[command(name = "har", version, about)]
struct Har {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole product on this machine, with a database and a message carrier of its own.
    Dev,
    /// Accounts of those who run the academy.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// AI Core.
    #[command(subcommand)]
    Ai(ai::Ai),
    /// The keys that sign access tokens.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// The money.
    #[command(subcommand)]
    Payments(payments::Payments),
    /// Rebuild projections from the log, beside those that serve.
    Replay(replay::Replay),
    /// The log as a whole: verified, exported, imported.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// The log.
    #[command(subcommand)]
    Log(operations::Log),
    /// How far each projection is, and what it has parked.
    Projections(operations::ForPrograms),
    /// Streams of the log.
    #[command(subcommand)]
    Streams(operations::Streams),
    /// The stream on NATS.
    #[command(subcommand)]
    Jetstream(operations::Jetstream),
    /// Measure how fast the log and the projections are on this machine.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Show that the product's promises hold: kill, freeze and wipe its processes and servers, at full size.
    Prove(prove::Prove),
    /// Run one of the product's processes; for `prove`.
    #[command(hide = true)]
    Run {
        /// Which one.
        part: prove::Part,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Print the table of settings.
    Settings,
}

#[tokio::main]
async fn main() -> ExitCode {
    let ended = match Har::parse().command {
        Command::Dev => dev::run().await,
        Command::Admin(admin) => admin::run(admin).await,
        Command::Ai(ai) => {
            ai::run(ai);
            Ok(())
        }
        Command::Keys(keys) => keys::run(keys).await,
        Command::Payments(payments) => payments::run(payments).await,
        Command::Replay(replay) => replay::run(replay).await,
        Command::Audit(audit) => audit::run(audit).await,
        Command::Log(log) => operations::log(log).await,
        Command::Projections(form) => operations::projections(form).await,
        Command::Streams(streams) => operations::streams(streams).await,
        Command::Jetstream(jetstream) => operations::jetstream(jetstream).await,
        Command::Bench(bench) => bench::run(bench).await,
        Command::Prove(prove) => prove::run(prove).await,
        Command::Run { part } => prove::run_part(part).await,
        Command::Openapi => openapi::run(),
        Command::Settings => {
            settings::run();
            Ok(())
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}
