//! Fault tests: the real processes, on a mongod and a nats-server of their own, killed, frozen and wiped.
//!
//! `cargo test` runs them at about a tenth of their size, `har prove` whole; both call the same functions.
//!
//! | file | what is shown |
//! |---|---|
//! | `kill_command_api` | P1–P4: what was acknowledged is in the log once, whatever is killed and retried |
//! | `kill_projectors` | P5: documents are the fold of the log up to the checkpoint, after every kill |
//! | `kill_rebuild` | P5: a rebuild, and a swap, that is killed is gone on with; no read fails |
//! | `lose_nats` | P4, P9: commands and reads go on without NATS; the stream is completed afterwards |
//! | `lose_mongod` | P1, P9: 503 in time while it is away, nothing lost, writes resume |
//! | `read_own_writes` | P6: who wrote it reads it |
//! | `random_walk` | P5, P6: learners and teachers at random: every answer, every document and every GET is what it must be |
//! | `webhook_storm` | P2, P7: what the payment provider says is taken in once, in any order, whatever is killed: paid ⇔ granted |
//! | `dead_projector` | P6, P8: reads go on and say how far they are; commands do not wait for the dead |
//! | `frozen_publisher` | P4: a publisher that wakes up late neither doubles nor reorders |
//! | `wrong_settings` | a wrong setting is named, and the process does not start |
//!
//! What they are made of: `programs` and `process` (how processes are started and maltreated), `world` (the servers and
//! what stands on them), `api` (the client), `people` (who uses it), `load` (writers and readers), `audit` (what must hold of log and stream),
//! `history` and `oracle` (events, and an independent fold of them), `report` (figures).

mod api;
mod audit;
mod dead_projector;
mod frozen_publisher;
mod history;
mod kill_command_api;
mod kill_projectors;
mod kill_rebuild;
mod load;
mod lose_mongod;
mod lose_nats;
mod oracle;
mod people;
mod process;
mod programs;
mod random_walk;
mod read_own_writes;
mod report;
mod wait;
mod webhook_storm;
mod world;
mod wrong_settings;

use std::future::Future;
use std::pin::Pin;

pub use programs::{Part, Programs};
pub use report::{Figure, machine};
pub use world::free_port;

/// How large a test is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// For every run of the tests.
    Tenth,
    /// As the promises are stated.
    Full,
}

impl Scale {
    /// One of two sizes.
    #[must_use]
    pub const fn of<T: Copy>(self, tenth: T, full: T) -> T {
        match self {
            Self::Tenth => tenth,
            Self::Full => full,
        }
    }
}

/// What a fault ends with: figures, or what did not hold.
pub type Outcome = anyhow::Result<Vec<Figure>>;

/// A fault, to be run.
type Run = for<'a> fn(&'a Programs, Scale) -> Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// A fault test.
#[derive(Clone, Copy)]
pub struct Fault {
    /// Its name, as the command line takes it.
    pub name: &'static str,
    /// What is done, in a line.
    pub what: &'static str,
    run: Run,
}

impl Fault {
    /// Runs it on servers of its own.
    ///
    /// # Errors
    /// What did not hold, with the last lines of the processes' logs where they help.
    pub async fn run(&self, programs: &Programs, scale: Scale) -> Outcome {
        (self.run)(programs, scale).await
    }
}

/// Every fault test.
pub const ALL: &[Fault] = &[
    Fault {
        name: "kill-command-api",
        what: "kill -9 of command-api under 64 writers",
        run: |programs, scale| Box::pin(kill_command_api::run(programs, scale)),
    },
    Fault {
        name: "kill-projectors",
        what: "kill -9 of projectors mid-batch",
        run: |programs, scale| Box::pin(kill_projectors::run(programs, scale)),
    },
    Fault {
        name: "kill-rebuild",
        what: "kill -9 of projectors in the middle of rebuilds and swaps",
        run: |programs, scale| Box::pin(kill_rebuild::run(programs, scale)),
    },
    Fault {
        name: "lose-nats",
        what: "NATS restarted, then stopped and its store deleted, under load",
        run: |programs, scale| Box::pin(lose_nats::run(programs, scale)),
    },
    Fault {
        name: "lose-mongod",
        what: "mongod killed (kill -9), then frozen (SIGSTOP), under load",
        run: |programs, scale| Box::pin(lose_mongod::run(programs, scale)),
    },
    Fault {
        name: "read-own-writes",
        what: "register, then read by the same client",
        run: |programs, scale| Box::pin(read_own_writes::run(programs, scale)),
    },
    Fault {
        name: "random-walk",
        what: "learners and teachers do what they like, and everything is counted again",
        run: |programs, scale| Box::pin(random_walk::run(programs, scale)),
    },
    Fault {
        name: "webhook-storm",
        what: "webhooks shuffled and repeated, kill -9 of command-api in between",
        run: |programs, scale| Box::pin(webhook_storm::run(programs, scale)),
    },
    Fault {
        name: "dead-projector",
        what: "projectors killed for good",
        run: |programs, scale| Box::pin(dead_projector::run(programs, scale)),
    },
    Fault {
        name: "frozen-publisher",
        what: "the publishing process frozen (SIGSTOP) past its lease, and woken, under load",
        run: |programs, scale| Box::pin(frozen_publisher::run(programs, scale)),
    },
    Fault {
        name: "wrong-settings",
        what: "each process started with wrong settings",
        run: |programs, scale| Box::pin(wrong_settings::run(programs, scale)),
    },
];
