//! `har`: Har Academy's command line.
//!
//! | File | Command |
//! |---|---|
//! | `dev/` | `har dev`: the whole product on this machine |
//! | `demo/` | the accounts and courses that `har dev` begins with |
//! | `admin` | `har admin create` |
//! | `ai` | `har ai eval`: how good AI Core is |
//! | `keys` | `har keys rotate`, `har keys list` |
//! | `bench/` | `har bench append`, `har bench project` |
//! | `prove` | `har prove`: the promises, under faults; `har run`: one process, for it |
//! | `openapi`, `settings` | `har openapi`, `har settings`: print the document, the table of settings |
//! | `output` | how commands write to people |

mod admin;
mod ai;
mod bench;
mod demo;
mod dev;
mod keys;
mod openapi;
mod output;
mod prove;
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
